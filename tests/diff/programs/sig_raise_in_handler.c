/* SPDX-License-Identifier: MIT */
/* sig_raise_in_handler.c - handlers may raise other signals, which nest. */
#include "tests/diff/diff.h"

static void inner(int number)
{
    printf("  inner %s\n", signal_name(number));
}

static void outer(int number)
{
    printf("outer %s begins\n", signal_name(number));
    raise(SIGUSR2);
    printf("outer %s ends\n", signal_name(number));
}

int main(void)
{
    signal(SIGUSR1, outer);
    signal(SIGUSR2, inner);
    raise(SIGUSR1);
    struct sigaction action = {.sa_handler = outer};
    sigaddset(&action.sa_mask, SIGUSR2);
    NEED(sigaction(SIGUSR1, &action, NULL) == 0);
    printf("with the inner signal masked:\n");
    raise(SIGUSR1);
    return 0;
}
