/* SPDX-License-Identifier: MIT */
/* thread_sigwait.c - sigwait in a thread, timed, and interrupted by another signal. */
#include "tests/diff/thread.h"

static int go, count;

static void handler(int number)
{
    (void)number;
    add(&count, 1);
}

static void *waits(void *own)
{
    sigset_t set_of;
    int number = 0;

    sigemptyset(&set_of);
    sigaddset(&set_of, SIGUSR1);
    sigaddset(&set_of, SIGTERM);
    set(own, tid());
    SHOW_ERROR(sigwait(&set_of, &number));
    printf("got %s\n", signal_name(number));
    set(&go, 1);
    SHOW_ERROR(sigwait(&set_of, &number));
    printf("got %s\n", signal_name(number));
    return NULL;
}

static void *waits_interrupted(void *own)
{
    sigset_t set_of;
    siginfo_t info;
    struct timespec zero = {0, 0};

    sigemptyset(&set_of);
    sigaddset(&set_of, SIGUSR1);
    SHOW(sigtimedwait(&set_of, &info, &zero));
    set(own, tid());
    SHOW(syscall(SYS_rt_sigtimedwait, &set_of, &info, NULL, 8)); /* musl hides EINTR */
    return NULL;
}

int main(void)
{
    int first = 0, second = 0;
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    sigaction(SIGUSR2, &action, NULL);
    mask_signal(SIG_BLOCK, SIGUSR1);
    mask_signal(SIG_BLOCK, SIGTERM);
    pthread_t thread = start(waits, &first);

    wait_asleep(&first);
    NEED(kill(getpid(), SIGUSR1) == 0);
    wait_value(&go, 1);
    wait_asleep(&first);
    NEED(pthread_kill(thread, SIGTERM) == 0);
    join(thread);
    thread = start(waits_interrupted, &second);
    wait_asleep(&second);
    NEED(pthread_kill(thread, SIGUSR2) == 0);
    join(thread);
    printf("handled %d\n", count);
    return 0;
}
