/* SPDX-License-Identifier: MIT */
/* sem_timed.c - semtimedop gives up with EAGAIN. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    struct sembuf down = {0, -1, 0};
    struct timespec little = {0, 1000000}, bad = {0, -1}, none = {0, 0};
    int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);

    NEED(id >= 0);
    SHOW(semtimedop(id, &down, 1, &little));
    SHOW(semtimedop(id, &down, 1, &none));
    SHOW(semtimedop(id, &down, 1, &bad));
    NEED(semctl(id, 0, SETVAL, 1) == 0);
    SHOW(semtimedop(id, &down, 1, &little));
    NEED(semctl(id, 0, SETVAL, 1) == 0);
    SHOW(semtimedop(id, &down, 1, NULL));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
