/* SPDX-License-Identifier: MIT */
/* sem_permission.c - who may read and alter a set. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

static int id;

static int as_nobody(void *unused)
{
    struct sembuf zero = {0, 0, IPC_NOWAIT}, up = {0, 1, 0};
    struct semid_ds info;

    (void)unused;
    NEED(setgid(65534) == 0 && setuid(65534) == 0);
    SHOW(semop(id, &zero, 1));
    SHOW(semop(id, &up, 1));
    SHOW(semctl(id, 0, GETVAL));
    SHOW(semctl(id, 0, SETVAL, 1));
    SHOW(semctl(id, 0, IPC_STAT, &info));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}

int main(void)
{
    if (geteuid() != 0) {
        printf("needs root\n");
        return 0;
    }
    id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0604);
    NEED(id >= 0);
    run_child("reader", as_nobody, NULL);
    SHOW(semctl(id, 0, IPC_RMID));
    id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0602);
    run_child("writer", as_nobody, NULL);
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
