/* SPDX-License-Identifier: MIT */
/* procfs_cmdline.c - /proc/self/cmdline and environ hold the strings as passed. */
#include "tests/diff/diff.h"

static void say_strings(const char *path)
{
    char text[512];
    int fd = open(path, O_RDONLY);
    ssize_t length = read(fd, text, sizeof text - 1);

    NEED(length >= 0);
    text[length] = 0;
    for (char *at = text; at < text + length; at += strlen(at) + 1)
        printf("%s: \"%s\"\n", path, at);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        say_strings("/proc/self/cmdline");
        say_strings("/proc/self/environ");
        return 0;
    }
    execve(argv[0], (char *[]){"name", "a b", "", "c", NULL}, (char *[]){"X=1", "Y=2 3", NULL});
    return 1;
}
