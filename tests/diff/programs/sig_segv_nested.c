/* SPDX-License-Identifier: MIT */
/* sig_segv_nested.c - a fault inside the handler of the same fault kills. */
#include "tests/diff/diff.h"

static void handler(int number)
{
    (void)number;
    printf("in the handler\n");
    *(volatile char *)BAD_POINTER = 1;
}

static int child(void *flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = *(int *)flags};

    NEED(sigaction(SIGSEGV, &action, NULL) == 0);
    *(volatile char *)BAD_POINTER = 1;
    return 0;
}

int main(void)
{
    int plain = 0;
    int reset = SA_RESETHAND | SA_NODEFER;

    run_child("plain", child, &plain);
    run_child("reset", child, &reset);
    return 0;
}
