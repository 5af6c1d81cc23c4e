/* SPDX-License-Identifier: MIT */
/* sig_altstack.c - a handler with SA_ONSTACK runs on the alternate stack. */
#include "tests/diff/diff.h"

static char stack[65536] __attribute__((aligned(16)));

static void handler(int number)
{
    char here;
    stack_t now;

    (void)number;
    printf("on the alternate stack: %d\n", &here >= stack && &here < stack + sizeof stack);
    NEED(sigaltstack(NULL, &now) == 0);
    printf("flags in the handler: %s\n", now.ss_flags == SS_ONSTACK ? "SS_ONSTACK" : "0");
    if (now.ss_flags == SS_ONSTACK)
        SHOW(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL));
}

int main(void)
{
    stack_t now;

    NEED(sigaltstack(NULL, &now) == 0);
    TELL(now.ss_flags == SS_DISABLE);
    SHOW(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL));
    NEED(sigaltstack(NULL, &now) == 0);
    TELL(now.ss_flags == 0 && now.ss_sp == stack && now.ss_size == sizeof stack);
    NEED(sigaction(SIGUSR1, &(struct sigaction){.sa_handler = handler, .sa_flags = SA_ONSTACK},
                   NULL) == 0);
    raise(SIGUSR1);
    NEED(sigaction(SIGUSR1, &(struct sigaction){.sa_handler = handler}, NULL) == 0);
    raise(SIGUSR1);
    SHOW(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL));
    NEED(sigaction(SIGUSR1, &(struct sigaction){.sa_handler = handler, .sa_flags = SA_ONSTACK},
                   NULL) == 0);
    raise(SIGUSR1);
    return 0;
}
