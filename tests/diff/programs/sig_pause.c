/* SPDX-License-Identifier: MIT */
/* sig_pause.c - pause returns after a handler and not after an ignored signal. */
#include "tests/diff/diff.h"

int main(void)
{
    pid_t parent = getpid();

    catch_signal(SIGUSR1, SA_RESTART);
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(20);
        kill(parent, SIGCHLD);
        kill(parent, SIGWINCH);
        sleep_ms(20);
        _exit(kill(parent, SIGUSR1) != 0);
    }
    SHOW(pause());
    printf("caught %d\n", (int)caught_count);
    reap(pid);
    return 0;
}
