/* SPDX-License-Identifier: MIT */
/* sem_undo_fork.c - a child does not inherit what its parent has to give back. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    struct sembuf down = {0, -1, SEM_UNDO};
    int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    pid_t pid;

    NEED(id >= 0 && semctl(id, 0, SETVAL, 3) == 0);
    SHOW(semop(id, &down, 1));
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(0);
    reap(pid);
    SHOW(semctl(id, 0, GETVAL));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
