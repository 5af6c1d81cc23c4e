/* SPDX-License-Identifier: MIT */
/* sem_removed.c - who waits for a set that is removed gets EIDRM. */
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
    if (!pid)
        _exit(semop(id, &down, 1) < 0 && errno == EIDRM ? 0 : 1);
    while (semctl(id, 0, GETNCNT) == 0)
        sched_yield();
    SHOW(semctl(id, 0, IPC_RMID));
    printf("%d\n", reap(pid));
    return 0;
}
