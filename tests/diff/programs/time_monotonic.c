/* SPDX-License-Identifier: MIT */
/* time_monotonic.c - clocks go forward and agree with each other. */
#include "tests/diff/diff.h"

int main(void)
{
    struct timespec last = {0, 0}, now;
    int backwards = 0;

    for (int i = 0; i < 10000; i++) {
        NEED(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
        backwards +=
            now.tv_sec < last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec < last.tv_nsec);
        last = now;
    }
    printf("backwards: %d\n", backwards);
    struct timespec boot, wall;
    struct timeval day;
    NEED(clock_gettime(CLOCK_BOOTTIME, &boot) == 0 && clock_gettime(CLOCK_REALTIME, &wall) == 0);
    NEED(gettimeofday(&day, NULL) == 0);
    TELL(boot.tv_sec >= now.tv_sec);
    TELL(wall.tv_sec > 1600000000);
    TELL(day.tv_sec - wall.tv_sec <= 1);
    TELL(time(NULL) - wall.tv_sec <= 1);
    TELL(day.tv_usec >= 0 && day.tv_usec < 1000000);
    return 0;
}
