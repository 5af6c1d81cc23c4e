/* SPDX-License-Identifier: MIT */
/* thread_timer.c - timers whose signal goes to one thread, and timers on a thread's CPU time. */
#include "tests/diff/thread.h"

static int target, fired_in, fired_value, stop;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    set(&fired_value, info->si_value.sival_int);
    set(&fired_in, tid());
}

static void *waits(void *unused)
{
    (void)unused;
    set(&target, tid());
    while (!get(&stop))
        sched_yield();
    return NULL;
}

static timer_t timer_for(clockid_t clock, int thread, int value)
{
    struct {
        union sigval value;
        int signal, notify, tid;
        char pad[64];
    } event = {.signal = SIGRTMIN + 3, .notify = SIGEV_THREAD_ID, .tid = thread};
    int timer = -1;

    event.value.sival_int = value;
    SHOW(syscall(SYS_timer_create, clock, &event, &timer));
    return (timer_t)(long)timer;
}

static void arm(timer_t timer, long ns)
{
    struct itimerspec when = {.it_value = {0, ns}};

    SHOW(syscall(SYS_timer_settime, (int)(long)timer, 0, &when, NULL));
}

int main(void)
{
    clockid_t clock;

    handle_signal(SIGRTMIN + 3, handler, SA_RESTART);
    pthread_t thread = start(waits, NULL);

    wait_not(&target, 0);
    timer_t timer = timer_for(CLOCK_MONOTONIC, target, 11);

    arm(timer, 1000000);
    wait_not(&fired_in, 0);
    TELL(fired_in == target);
    printf("value %d\n", fired_value);
    fired_in = 0;
    SHOW_ERROR(pthread_getcpuclockid(thread, &clock));
    timer = timer_for(clock, target, 12);
    arm(timer, 5000000);
    while (!get(&fired_in))
        sleep_ms(1); /* the other one uses the CPU time */
    TELL(fired_in == target);
    printf("value %d\n", fired_value);
    fired_in = 0;
    timer = timer_for(CLOCK_THREAD_CPUTIME_ID, getpid(), 13);
    arm(timer, 3000000);
    wait_not(&fired_in, 0);
    TELL(fired_in == getpid());
    timer_for(CLOCK_MONOTONIC, 1, 14);
    timer_for(CLOCK_MONOTONIC, 0x3fffffff, 14);
    set(&stop, 1);
    join(thread);
    return 0;
}
