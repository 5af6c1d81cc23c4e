/* SPDX-License-Identifier: MIT */
/* thread_kill.c - signals to one thread: pthread_kill, masks of their own, tgkill errors, queued values. */
#include "tests/diff/thread.h"

static int handled_by, count, go, value, code;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    set(&handled_by, tid());
    set(&value, info->si_value.sival_int);
    set(&code, info->si_code);
    add(&count, 1);
}

static void *waits(void *own)
{
    set(own, tid());
    wait_value(&go, 1);
    return NULL;
}

static void *blocks_it(void *own)
{
    sigset_t pending;

    mask_signal(SIG_BLOCK, SIGUSR1);
    set(own, tid());
    wait_value(&go, 1);
    sigpending(&pending);
    TELL(sigismember(&pending, SIGUSR1));
    mask_signal(SIG_UNBLOCK, SIGUSR1);
    TELL(get(&handled_by) == tid());
    return NULL;
}

int main(void)
{
    int first = 0, second = 0;
    siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};

    handle_signal(SIGUSR1, handler, 0);
    pthread_t thread = start(waits, &first);

    wait_not(&first, 0);
    SHOW_ERROR(pthread_kill(thread, SIGUSR1));
    wait_value(&count, 1);
    TELL(handled_by == first);
    TELL(code == SI_TKILL);
    SHOW(syscall(SYS_tgkill, getpid(), first, SIGUSR1));
    wait_value(&count, 2);
    TELL(handled_by == first);
    info.si_pid = getpid();
    info.si_value.sival_int = 77;
    SHOW(syscall(SYS_rt_tgsigqueueinfo, getpid(), first, SIGUSR1, &info));
    wait_value(&count, 3);
    printf("value %d, queued %d\n", value, code == SI_QUEUE);
    SHOW(syscall(SYS_tgkill, getpid(), getpid(), 0));
    SHOW(syscall(SYS_tgkill, first, first, 0));
    SHOW(syscall(SYS_tgkill, getpid(), first, 65));
    SHOW(syscall(SYS_tgkill, getpid(), -1, SIGUSR1));
    SHOW(syscall(SYS_tgkill, 0, first, SIGUSR1));
    SHOW(syscall(SYS_tkill, first, 0));
    SHOW(syscall(SYS_tkill, 0, 0));
    SHOW(kill(first, 0));
    SHOW_ERROR(pthread_kill(thread, 65));
    set(&go, 1);
    join(thread);
    wait_state(getpid(), first, 0); /* it lives a little longer than its join */
    SHOW(syscall(SYS_tgkill, getpid(), first, 0));
    set(&go, 0);
    thread = start(blocks_it, &second);
    wait_not(&second, 0);
    SHOW_ERROR(pthread_kill(thread, SIGUSR1));
    sched_yield();
    printf("count %d\n", count);
    set(&go, 1);
    join(thread);
    printf("count %d\n", count);
    return 0;
}
