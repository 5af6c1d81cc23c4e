/* SPDX-License-Identifier: MIT */
/* procfs_files.c - the system files that programs read have their known shape. */
#include "tests/diff/diff.h"

static void say_first(const char *path, const char *format)
{
    char text[256] = "";
    unsigned long a = 0, b = 0;
    int fd = open(path, O_RDONLY);

    if (fd < 0) {
        printf("%s: %s\n", path, error_name(errno));
        return;
    }
    NEED(read(fd, text, sizeof text - 1) >= 0);
    int matched = sscanf(text, format, &a, &b);
    printf("%s: %d matched, first more than 0: %d\n", path, matched,
           a > 0 || b > 0); /* 0.42 seconds up is fine */
    close(fd);
}

int main(void)
{
    say_first("/proc/meminfo", "MemTotal: %lu kB\nMemFree: %lu kB");
    say_first("/proc/uptime", "%lu.%lu");
    say_first("/proc/stat", "cpu %lu %lu");
    say_first("/proc/sys/kernel/pid_max", "%lu");
    say_first("/proc/cpuinfo", "processor : %lu");
    say_first("/proc/version", "Linux version %lu.%lu");
    say_first("/proc/sys/kernel/osrelease", "%lu.%lu");
    say_first("/proc/self/statm", "%lu %lu");
    say_first("/proc/nonsense", "");
    say_file("/proc/sys/kernel/ostype");
    SHOW(mkdir("/proc/dir", 0755));
    SHOW(unlink("/proc/version"));
    SHOW(open("/proc/99999999/stat", O_RDONLY));
    SHOW(access("/proc/1", F_OK));
    return 0;
}
