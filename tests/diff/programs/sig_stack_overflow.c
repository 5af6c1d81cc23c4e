/* SPDX-License-Identifier: MIT */
/* sig_stack_overflow.c - an overflowing stack can be survived on an alternate one. */
#include "tests/diff/diff.h"

static char stack[65536];
static sigjmp_buf back;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("%s, %s\n", signal_name(number),
           info->si_code == SEGV_MAPERR   ? "MAPERR"
           : info->si_code == SEGV_ACCERR ? "ACCERR"
                                          : "?");
    siglongjmp(back, 1);
}

static int recurse(int level)
{
    volatile char frame[3000];

    frame[level % 3000] = 1;
    return recurse(level + 1) + frame[0];
}

int main(void)
{
    NEED(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL) == 0);
    handle_signal(SIGSEGV, handler, SA_ONSTACK);
    for (int i = 0; i < 2; i++) {
        if (sigsetjmp(back, 1) == 0)
            printf("%d\n", recurse(0));
        else
            printf("back in main\n");
    }
    return 0;
}
