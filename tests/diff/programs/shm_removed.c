/* SPDX-License-Identifier: MIT */
/* shm_removed.c - a removed segment lives until the last process lets it go. */
#include "tests/diff/diff.h"
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds info;
    key_t key = (key_t)(0x4d000000 | getpid());
    int id = shmget(key, 4096, IPC_CREAT | 0600);
    char *a, *b;

    NEED(id >= 0);
    a = shmat(id, NULL, 0);
    NEED(a != (void *)-1);
    SHOW(shmctl(id, IPC_RMID, NULL));
    SHOW(shmget(key, 0, 0));
    SHOW(shmctl(id, IPC_STAT, &info));
    TELL(info.shm_perm.mode & 01000);
    b = shmat(id, NULL, 0);
    NEED(b != (void *)-1);
    SHOW(shmctl(id, IPC_STAT, &info));
    printf("%lu attached\n", (unsigned long)info.shm_nattch);
    a[5] = 'x';
    TELL(b[5] == 'x');
    SHOW(shmdt(a));
    SHOW(shmctl(id, IPC_STAT, &info));
    SHOW(shmdt(b));
    SHOW(shmctl(id, IPC_STAT, &info));
    return 0;
}
