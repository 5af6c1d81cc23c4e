/* SPDX-License-Identifier: MIT */
/* sys_random_fork.c - parent and child draw different random bytes. */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned char mine[32], its[32];
    int tube[2];

    NEED(pipe(tube) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        NEED(syscall(SYS_getrandom, its, 32, 0) == 32);
        _exit(write(tube[1], its, 32) != 32);
    }
    NEED(syscall(SYS_getrandom, mine, 32, 0) == 32 && read(tube[0], its, 32) == 32);
    TELL(memcmp(mine, its, 32) != 0);
    reap(pid);
    return 0;
}
