/* SPDX-License-Identifier: MIT */
/* sig_restart_nanosleep.c - a sleep goes on after a stop and continue. */
#include "tests/diff/diff.h"

int main(void)
{
    int64_t start = now_ms();
    pid_t pid = fork();

    if (pid == 0) {
        SHOW(nanosleep(&(struct timespec){0, 150000000}, NULL));
        _exit(now_ms() - start >= 149 ? 0 : 1);
    }
    sleep_ms(30);
    kill(pid, SIGSTOP);
    sleep_ms(30);
    kill(pid, SIGCONT);
    printf("slept long enough: %d\n", reap(pid) == 0);
    return 0;
}
