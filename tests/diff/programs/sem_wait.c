/* SPDX-License-Identifier: MIT */
/* sem_wait.c - a process waits for a value and is counted meanwhile. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    struct sembuf down = {0, -2, 0}, up = {0, 1, 0};
    int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    pid_t pid;

    NEED(id >= 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(semop(id, &down, 1) ? 1 : 0);
    while (semctl(id, 0, GETNCNT) == 0)
        sched_yield();
    SHOW(semctl(id, 0, GETNCNT));
    SHOW(semctl(id, 0, GETZCNT));
    SHOW(semop(id, &up, 1));
    SHOW(semctl(id, 0, GETNCNT));
    SHOW(semop(id, &up, 1));
    printf("%d\n", reap(pid));
    SHOW(semctl(id, 0, GETVAL));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
