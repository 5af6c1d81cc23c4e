/* SPDX-License-Identifier: MIT */
/* sig_restart_wait.c - waiting for a child is interrupted, or restarted with SA_RESTART. */
#include "tests/diff/diff.h"

static void run(int flags)
{
    int status;
    pid_t parent = getpid();

    caught_count = 0;
    catch_signal(SIGUSR1, flags);
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(50);
        kill(parent, SIGUSR1);
        sleep_ms(50);
        _exit(4);
    }
    SHOW_OK(waitpid(pid, &status, 0));
    printf("caught %d\n", (int)caught_count);
    while (waitpid(pid, &status, 0) == pid)
        continue;
}

int main(void)
{
    run(0);
    run(SA_RESTART);
    return 0;
}
