/* SPDX-License-Identifier: MIT */
/* sig_restart_read.c - a read of a pipe is interrupted, or restarted with SA_RESTART. */
#include "tests/diff/diff.h"

static void run(int flags)
{
    int tube[2];
    char byte = '?';
    pid_t parent = getpid();

    NEED(pipe(tube) == 0);
    caught_count = 0;
    catch_signal(SIGUSR1, flags);
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(50);
        kill(parent, SIGUSR1);
        sleep_ms(50);
        _exit(write(tube[1], "d", 1) != 1);
    }
    SHOW(read(tube[0], &byte, 1));
    printf("byte %c, caught %d\n", byte, (int)caught_count);
    reap(pid);
}

int main(void)
{
    run(0);
    run(SA_RESTART);
    return 0;
}
