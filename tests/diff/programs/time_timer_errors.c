/* SPDX-License-Identifier: MIT */
/* time_timer_errors.c - what the POSIX timer calls refuse. */
#include "tests/diff/diff.h"

int main(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 99};
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    struct itimerspec setting = {{0, 0}, {0, 1000000000}};
    int timer = -1;

    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer));
    SHOW(syscall(SYS_timer_create, 99, &none, &timer));
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &none, BAD_POINTER));
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, BAD_POINTER, &timer));
    SHOW(syscall(SYS_timer_settime, 1234, 0, &setting, NULL));
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &none, &timer));
    SHOW(syscall(SYS_timer_settime, timer, 0, &setting, NULL));
    SHOW(syscall(SYS_timer_settime, timer, 0, NULL, NULL));
    SHOW(syscall(SYS_timer_getoverrun, timer));
    SHOW(syscall(SYS_timer_delete, timer));
    SHOW(syscall(SYS_timer_delete, timer));
    SHOW(syscall(SYS_timer_gettime, timer, &setting));
    return 0;
}
