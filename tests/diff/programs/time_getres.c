/* SPDX-License-Identifier: MIT */
/* time_getres.c - the resolution of the clocks. */
#include "tests/diff/diff.h"

int main(void)
{
    struct timespec step;

    SHOW(clock_getres(CLOCK_MONOTONIC, &step));
    printf("%ld.%09ld\n", (long)step.tv_sec, step.tv_nsec);
    SHOW(clock_getres(CLOCK_REALTIME, &step));
    printf("%ld.%09ld\n", (long)step.tv_sec, step.tv_nsec);
    SHOW(clock_getres(CLOCK_PROCESS_CPUTIME_ID, &step));
    printf("%ld.%09ld\n", (long)step.tv_sec, step.tv_nsec);
    return 0;
}
