/* SPDX-License-Identifier: MIT */
/* crash.c - a child that writes to address 8, some calls deep; its core file goes to standard output. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) int depth(int n, volatile int *at)
{
    if (!n) {
        *at = 1;
        return 0;
    }
    return depth(n - 1, at) + 1;
}

__attribute__((noinline)) int compare(const void *a, const void *b)
{
    return depth(2, (int *)8) + (a == b);
}

int main(int count, char **argument)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    int status, list[3] = {3, 1, 2}, fd;
    char block[4096];
    ssize_t got;

    (void)argument;
    if (count > 1 || !fork()) {
        setrlimit(RLIMIT_CORE, &limit);
        chdir("/tmp");
        fd = open("/nowhere/at all", O_RDONLY);
        qsort(list, 3, sizeof list[0], compare);
        _exit(fd);
    }
    wait(&status);
    fd = open("/tmp/core", O_RDONLY);
    while ((got = read(fd, block, sizeof block)) > 0)
        write(1, block, (size_t)got);
    return status;
}
