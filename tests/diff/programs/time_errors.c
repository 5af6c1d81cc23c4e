/* SPDX-License-Identifier: MIT */
/* time_errors.c - clocks that do not exist and bad pointers. */
#include "tests/diff/diff.h"

int main(void)
{
    struct timespec now;

    SHOW(syscall(SYS_clock_gettime, 99, &now));
    SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, BAD_POINTER));
    SHOW(syscall(SYS_clock_getres, 99, &now));
    SHOW(syscall(SYS_clock_getres, CLOCK_MONOTONIC, NULL));
    SHOW(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &now));
    SHOW(syscall(SYS_gettimeofday, BAD_POINTER, NULL));
    SHOW(syscall(SYS_time, BAD_POINTER));
    SHOW(syscall(SYS_nanosleep, BAD_POINTER, NULL));
    SHOW(syscall(SYS_nanosleep, &(struct timespec){0, -1}, NULL));
    SHOW(syscall(SYS_nanosleep, &(struct timespec){0, 1000000000}, NULL));
    SHOW(syscall(SYS_nanosleep, &(struct timespec){-1, 0}, NULL));
    SHOW(syscall(SYS_clock_nanosleep, 99, 0, &(struct timespec){0, 0}, NULL));
    SHOW(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &(struct timespec){0, 1000000000}, NULL));
    return 0;
}
