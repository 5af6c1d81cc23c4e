/* SPDX-License-Identifier: MIT */
/* sig_nodefer.c - a signal is blocked in its own handler unless SA_NODEFER is set. */
#include "tests/diff/diff.h"

static volatile int depth;
static volatile int deepest;

static void handler(int number)
{
    if (++depth > deepest)
        deepest = depth;
    if (caught_count++ < 3)
        raise(number);
    depth--;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};

    for (int i = 0; i < 2; i++) {
        action.sa_flags = i ? SA_NODEFER : 0;
        caught_count = deepest = 0;
        NEED(sigaction(SIGUSR1, &action, NULL) == 0);
        raise(SIGUSR1);
        printf("%s: %d times, deepest %d\n", i ? "SA_NODEFER" : "plain", (int)caught_count,
               deepest);
    }
    return 0;
}
