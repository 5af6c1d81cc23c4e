/* SPDX-License-Identifier: MIT */
/* time_absolute.c - sleeping until a moment, also one that has passed. */
#include "tests/diff/diff.h"

int main(void)
{
    struct timespec until, now;

    NEED(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    until.tv_nsec += 30000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    SHOW_ERROR(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
    NEED(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    TELL(now.tv_sec > until.tv_sec || (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec));
    SHOW_ERROR(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){0, 0}, NULL));
    SHOW_ERROR(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){1, 0}, NULL));
    return 0;
}
