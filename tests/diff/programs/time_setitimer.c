/* SPDX-License-Identifier: MIT */
/* time_setitimer.c - interval timers repeat, report and stop. */
#include "tests/diff/diff.h"

int main(void)
{
    struct itimerval timer = {{0, 10000}, {0, 20000}}, old;

    catch_signal(SIGALRM, 0);
    SHOW(setitimer(ITIMER_REAL, &timer, &old));
    printf("before: %ld.%06ld every %ld.%06ld\n", (long)old.it_value.tv_sec,
           (long)old.it_value.tv_usec, (long)old.it_interval.tv_sec, (long)old.it_interval.tv_usec);
    while (caught_count < 5)
        pause();
    SHOW(getitimer(ITIMER_REAL, &old));
    printf("interval %ld.%06ld, value not over it: %d\n", (long)old.it_interval.tv_sec,
           (long)old.it_interval.tv_usec,
           old.it_value.tv_sec == 0 && old.it_value.tv_usec <= 10000);
    memset(&timer, 0, sizeof timer);
    SHOW(setitimer(ITIMER_REAL, &timer, NULL));
    int count = caught_count;
    sleep_ms(30);
    TELL(caught_count == count);
    SHOW(syscall(SYS_setitimer, 7, &timer, NULL));
    SHOW(syscall(SYS_setitimer, ITIMER_REAL, BAD_POINTER, NULL));
    timer.it_value.tv_usec = 1000000;
    SHOW(syscall(SYS_setitimer, ITIMER_REAL, &timer, NULL));
    SHOW(syscall(SYS_getitimer, 9, &timer));
    return 0;
}
