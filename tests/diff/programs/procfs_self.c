/* SPDX-License-Identifier: MIT */
/* procfs_self.c - /proc/self and the link to the program. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    char link[PATH_MAX] = "", number[32];

    (void)argc;
    NEED(readlink("/proc/self", link, sizeof link - 1) > 0);
    TELL(atoi(link) == getpid());
    memset(link, 0, sizeof link);
    NEED(readlink("/proc/self/exe", link, sizeof link - 1) > 0);
    TELL(strcmp(link, argv[0]) == 0);
    snprintf(number, sizeof number, "/proc/%d/exe", getpid());
    char second[PATH_MAX] = "";
    NEED(readlink(number, second, sizeof second - 1) > 0);
    TELL(strcmp(link, second) == 0);
    char cwd[PATH_MAX] = "", here[PATH_MAX];
    NEED(readlink("/proc/self/cwd", cwd, sizeof cwd - 1) > 0 && getcwd(here, sizeof here));
    TELL(strcmp(cwd, here) == 0);
    NEED(readlink("/proc/self/root", link, sizeof link - 1) > 0);
    TELL(link[0] == '/');
    char magic[4];
    int fd = open("/proc/self/exe", O_RDONLY);
    NEED(read(fd, magic, 4) == 4);
    TELL(memcmp(magic, "\177ELF", 4) == 0);
    SHOW(readlink("/proc/self/status", link, sizeof link));
    return 0;
}
