/* SPDX-License-Identifier: MIT */
/* sem_wait_zero.c - a process waits until a value is zero. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    struct sembuf zero = {0, 0, 0}, down = {0, -1, 0};
    int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    pid_t pid;

    NEED(id >= 0 && semctl(id, 0, SETVAL, 2) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(semop(id, &zero, 1) ? 1 : 0);
    while (semctl(id, 0, GETZCNT) == 0)
        sched_yield();
    SHOW(semctl(id, 0, GETZCNT));
    SHOW(semop(id, &down, 1));
    SHOW(semop(id, &down, 1));
    printf("%d\n", reap(pid));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
