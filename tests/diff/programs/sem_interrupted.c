/* SPDX-License-Identifier: MIT */
/* sem_interrupted.c - a signal ends a wait with EINTR even with SA_RESTART. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    struct sembuf down = {0, -1, 0};
    int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    pid_t pid;

    NEED(id >= 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        catch_signal(SIGUSR1, SA_RESTART);
        _exit(semop(id, &down, 1) < 0 && errno == EINTR && caught_count == 1 ? 0 : 1);
    }
    while (semctl(id, 0, GETNCNT) == 0)
        sched_yield();
    SHOW(kill(pid, SIGUSR1));
    printf("%d\n", reap(pid));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
