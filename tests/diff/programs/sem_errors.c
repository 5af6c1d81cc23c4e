/* SPDX-License-Identifier: MIT */
/* sem_errors.c - numbers, ranges, keys and commands that are refused. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    struct sembuf far = {7, 1, 0}, up = {0, 1, 0}, much = {0, 32767, 0};
    static struct sembuf many[600];
    unsigned short values[3] = {1, 2, 40000};
    key_t key = (key_t)(0x5e000000 | getpid());
    int id = semget(key, 3, IPC_CREAT | IPC_EXCL | 0600);

    NEED(id >= 0);
    TELL(semget(key, 2, 0) == id);
    SHOW(semget(key, 4, 0));
    SHOW(semget(key, 3, IPC_CREAT | IPC_EXCL));
    SHOW(semget(IPC_PRIVATE, 0, 0600));
    SHOW(semget(IPC_PRIVATE, -1, 0600));
    SHOW(semget(key + 0x01000000, 1, 0));
    SHOW(semop(id, &far, 1));
    SHOW(semop(id, &up, 0));
    SHOW(semop(id, many, 600));
    SHOW(semop(id, BAD_POINTER, 1));
    SHOW(semop(-1, &up, 1));
    SHOW(semop(id, &up, 1));
    SHOW(semop(id, &much, 1));
    SHOW(semctl(id, 0, GETVAL));
    SHOW(semctl(id, 0, SETVAL, -1));
    SHOW(semctl(id, 0, SETVAL, 32768));
    SHOW(semctl(id, 9, GETVAL));
    SHOW(semctl(id, 0, SETALL, values));
    SHOW(semctl(id, 0, 999));
    SHOW(semctl(id, 0, IPC_RMID));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
