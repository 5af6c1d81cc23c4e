/* SPDX-License-Identifier: MIT */
/* thread_fault.c - a fault is the faulting thread's, with its own alternate stack; unhandled it ends the process. */
#include "tests/diff/thread.h"

static __thread sigjmp_buf back;
static int wrong, faults;

static void handler(int number, siginfo_t *info, void *context)
{
    char here;

    (void)context;
    if (number != SIGSEGV || info->si_addr != BAD_POINTER)
        add(&wrong, 1);
    stack_t stack;

    sigaltstack(NULL, &stack);
    if (!(stack.ss_flags & SS_ONSTACK) || &here < (char *)stack.ss_sp ||
        &here > (char *)stack.ss_sp + stack.ss_size)
        add(&wrong, 1);
    add(&faults, 1);
    siglongjmp(back, 1);
}

static void *body(void *unused)
{
    stack_t stack = {.ss_size = 16384};

    (void)unused;
    stack.ss_sp = malloc(stack.ss_size);
    sigaltstack(&stack, NULL);
    for (volatile int i = 0; i < 50; i++) {
        if (!sigsetjmp(back, 1))
            *(volatile int *)BAD_POINTER = 1;
        if (i % 10 == 0)
            sched_yield();
    }
    stack_t none = {.ss_flags = SS_DISABLE};

    sigaltstack(&none, NULL);
    free(stack.ss_sp);
    return NULL;
}

static void *faults_badly(void *unused)
{
    (void)unused;
    *(volatile int *)BAD_POINTER = 1;
    return NULL;
}

static int dies(void *unused)
{
    signal(SIGSEGV, SIG_DFL);
    join(start(faults_badly, NULL));
    (void)unused;
    return 3;
}

int main(void)
{
    pthread_t thread[4];

    handle_signal(SIGSEGV, handler, SA_ONSTACK);
    for (int i = 0; i < 4; i++)
        thread[i] = start(body, NULL);
    for (int i = 0; i < 4; i++)
        join(thread[i]);
    printf("faults %d, wrong %d\n", faults, wrong);
    run_child("child", dies, NULL);
    return 0;
}
