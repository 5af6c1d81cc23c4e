/* SPDX-License-Identifier: MIT */
/*
 * count.c - instructions that a command takes from fork to wait; under QEMU's icount the time-stamp counter counts them.
 *
 * usage: count NAME N COMMAND...     prints `raw NAME N TICKS`: N is how often the command does its thing
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

int main(int argc, char **argv)
{
    uint64_t start, end;
    int status = -1;
    pid_t child;

    if (argc < 4)
        return 2;
    start = ticks();
    child = fork();
    if (!child) {
        dup2(open("/dev/null", O_RDWR), 1);
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    waitpid(child, &status, 0);
    end = ticks();
    if (status) {
        printf("failed %s status %x\n", argv[1], (unsigned)status);
        return 1;
    }
    printf("raw %s %s %llu\n", argv[1], argv[2], (unsigned long long)(end - start));
    return 0;
}
