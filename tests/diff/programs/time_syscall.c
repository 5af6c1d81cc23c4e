/* SPDX-License-Identifier: MIT */
/* time_syscall.c - the clock by system call equals the clock of the vDSO. */
#include "tests/diff/diff.h"

int main(void)
{
    struct timespec one, two, three;

    NEED(clock_gettime(CLOCK_MONOTONIC, &one) == 0);
    SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &two));
    NEED(clock_gettime(CLOCK_MONOTONIC, &three) == 0);
    int64_t a = one.tv_sec * 1000000000L + one.tv_nsec;
    int64_t b = two.tv_sec * 1000000000L + two.tv_nsec;
    int64_t c = three.tv_sec * 1000000000L + three.tv_nsec;
    TELL(a <= b);
    TELL(b <= c);
    TELL(c - a < 1000000000);
    struct timeval day;
    SHOW(syscall(SYS_gettimeofday, &day, NULL));
    long seconds = 0;
    TELL(syscall(SYS_time, &seconds) == seconds);
    TELL(seconds - day.tv_sec <= 1);
    return 0;
}
