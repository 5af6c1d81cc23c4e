/* SPDX-License-Identifier: MIT */
/* time_timer_create.c - POSIX timers: signals with values, overruns, gettime. */
#include "tests/diff/diff.h"

static volatile int value;
static volatile int code;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    caught_count++;
    value = info->si_value.sival_int;
    code = info->si_code;
}

int main(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec setting = {{0, 5000000}, {0, 10000000}}, now;
    timer_t timer;

    event.sigev_value.sival_int = 42;
    handle_signal(SIGUSR1, handler, 0);
    SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
    SHOW(timer_gettime(timer, &now));
    printf("unarmed: %ld %ld\n", (long)now.it_value.tv_sec, now.it_value.tv_nsec);
    SHOW(timer_settime(timer, 0, &setting, NULL));
    while (caught_count < 3)
        pause();
    printf("value %d, %s\n", value, code == SI_TIMER ? "SI_TIMER" : "?");
    SHOW(timer_gettime(timer, &now));
    TELL(now.it_interval.tv_nsec == 5000000 && now.it_value.tv_nsec <= 5000000);
    mask_signal(SIG_BLOCK, SIGUSR1);
    sleep_ms(60);
    mask_signal(SIG_UNBLOCK, SIGUSR1);
    TELL(timer_getoverrun(timer) > 1);
    SHOW(timer_delete(timer));
    int count = caught_count;
    sleep_ms(20);
    TELL(caught_count == count);
    return 0;
}
