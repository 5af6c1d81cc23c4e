/* SPDX-License-Identifier: MIT */
/* sem_basic.c - values, several operations at once, and none of them when one cannot go on. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

static int value(int id, int number)
{
    return semctl(id, number, GETVAL);
}

int main(void)
{
    struct sembuf two[2] = {{0, 3, 0}, {1, -1, IPC_NOWAIT}};
    struct sembuf zero = {0, 0, IPC_NOWAIT};
    int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);

    NEED(id >= 0);
    printf("%d %d %d\n", value(id, 0), value(id, 1), value(id, 2));
    SHOW(semop(id, &zero, 1));
    SHOW(semop(id, two, 2));
    printf("%d %d\n", value(id, 0), value(id, 1));
    SHOW(semctl(id, 1, SETVAL, 5));
    SHOW(semop(id, two, 2));
    printf("%d %d\n", value(id, 0), value(id, 1));
    SHOW(semop(id, &zero, 1));
    TELL(semctl(id, 0, GETPID) == getpid());
    SHOW(semctl(id, 2, GETPID));
    SHOW(semctl(id, 0, IPC_RMID));
    SHOW(semop(id, &zero, 1));
    return 0;
}
