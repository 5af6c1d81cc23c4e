/* SPDX-License-Identifier: MIT */
/* sig_altstack_fork.c - an alternate stack is inherited by fork and gone after exec. */
#include "tests/diff/diff.h"

static char stack[65536];

static int child(void *unused)
{
    stack_t now;

    (void)unused;
    NEED(sigaltstack(NULL, &now) == 0);
    TELL(now.ss_sp == stack && now.ss_flags == 0);
    return 0;
}

int main(int argc, char **argv)
{
    stack_t now;

    if (argc > 1) {
        NEED(sigaltstack(NULL, &now) == 0);
        TELL(now.ss_flags == SS_DISABLE && now.ss_sp == NULL);
        return 0;
    }
    NEED(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL) == 0);
    run_child("child", child, NULL);
    execl(argv[0], argv[0], "again", (char *)NULL);
    return 1;
}
