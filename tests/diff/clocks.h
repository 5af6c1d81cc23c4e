/* SPDX-License-Identifier: MIT */
/* clocks.h - for the programs of tests/diff about one clock each: what it allows. */
#pragma once
#include "tests/diff/diff.h"

static inline void clock_story(int clock)
{
    struct timespec a, b, none = {0, 0}, past = {0, 1}, bad = {0, -1};
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    struct itimerspec value = {.it_value = {100, 0}}, left;
    int timer = -1;

    if (SHOW(syscall(SYS_clock_gettime, clock, &a)) == 0) {
        NEED(syscall(SYS_clock_gettime, clock, &b) == 0);
        TELL(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
        TELL(a.tv_nsec >= 0 && a.tv_nsec < 1000000000);
        SHOW(syscall(SYS_clock_gettime, clock, BAD_POINTER));
    }
    SHOW(syscall(SYS_clock_getres, clock, &a));
    SHOW(syscall(SYS_clock_getres, clock, NULL));
    SHOW(syscall(SYS_clock_settime, clock, &bad));
    SHOW(syscall(SYS_clock_nanosleep, clock, 0, &none, NULL));
    SHOW(syscall(SYS_clock_nanosleep, clock, TIMER_ABSTIME, &past, NULL));
    SHOW(syscall(SYS_clock_nanosleep, clock, 0, &bad, NULL));
    SHOW(syscall(SYS_clock_nanosleep, clock, 0, BAD_POINTER, NULL));
    if (SHOW(syscall(SYS_timer_create, clock, &event, &timer)) == 0) {
        SHOW(syscall(SYS_timer_settime, timer, 0, &value, NULL));
        SHOW(syscall(SYS_timer_gettime, timer, &left));
        TELL(left.it_value.tv_sec >= 98 && left.it_value.tv_sec <= 100);
        SHOW(syscall(SYS_timer_delete, timer));
        SHOW(syscall(SYS_timer_delete, timer));
    }
    SHOW_OK(syscall(SYS_timerfd_create, clock, 0));
}
