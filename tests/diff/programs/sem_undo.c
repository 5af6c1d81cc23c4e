/* SPDX-License-Identifier: MIT */
/* sem_undo.c - what a process took with SEM_UNDO comes back when it ends, in whatever way. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

static int id;

static int take(void *how)
{
    struct sembuf down = {0, -2, SEM_UNDO}, up = {0, 1, SEM_UNDO}, plain = {0, -1, 0};

    NEED(semop(id, &down, 1) == 0);
    NEED(semop(id, &up, 1) == 0);
    NEED(semop(id, &plain, 1) == 0);
    printf("child: %d\n", semctl(id, 0, GETVAL));
    if (how)
        raise(SIGKILL);
    return 0;
}

static int take_and_set(void *unused)
{
    struct sembuf down = {0, -1, SEM_UNDO};

    (void)unused;
    NEED(semop(id, &down, 1) == 0);
    NEED(semctl(id, 0, SETVAL, 7) == 0);
    return 0;
}

int main(void)
{
    id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    NEED(id >= 0 && semctl(id, 0, SETVAL, 5) == 0);
    run_child("exits", take, NULL);
    SHOW(semctl(id, 0, GETVAL));
    run_child("killed", take, &id);
    SHOW(semctl(id, 0, GETVAL));
    run_child("sets", take_and_set, NULL);
    SHOW(semctl(id, 0, GETVAL));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
