/* SPDX-License-Identifier: MIT */
/* sig_restart_write.c - a write to a full pipe is interrupted, or restarted with SA_RESTART. */
#include "tests/diff/diff.h"

static char block[65536];

static void run(int flags)
{
    int tube[2];
    pid_t parent = getpid();

    NEED(pipe(tube) == 0 && write(tube[1], block, sizeof block) == sizeof block);
    caught_count = 0;
    catch_signal(SIGUSR1, flags);
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(50);
        kill(parent, SIGUSR1);
        sleep_ms(50);
        _exit(read(tube[0], block, 8192) != 8192);
    }
    SHOW(write(tube[1], block, 10));
    printf("caught %d\n", (int)caught_count);
    reap(pid);
}

int main(void)
{
    run(0);
    run(SA_RESTART);
    return 0;
}
