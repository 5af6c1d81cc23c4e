/* SPDX-License-Identifier: MIT */
/* sig_handler_fork.c - a handler may fork and wait. */
#include "tests/diff/diff.h"

static void handler(int number)
{
    (void)number;
    pid_t pid = fork();

    if (pid == 0)
        _exit(17);
    printf("child of the handler: %d\n", reap(pid));
}

int main(void)
{
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    raise(SIGUSR1);
    printf("went on\n");
    return 0;
}
