/* SPDX-License-Identifier: MIT */
/* shm_fork_exit.c - attaches are inherited, counted, and end with their process. */
#include "tests/diff/diff.h"
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds info;
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    int ready[2], go[2];
    char byte = 'x';
    pid_t pid;

    NEED(id >= 0 && pipe(ready) == 0 && pipe(go) == 0);
    NEED(shmat(id, NULL, 0) != (void *)-1);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        NEED(write(ready[1], &byte, 1) == 1);
        NEED(read(go[0], &byte, 1) == 1);
        _exit(0);
    }
    NEED(read(ready[0], &byte, 1) == 1);
    NEED(shmctl(id, IPC_STAT, &info) == 0);
    printf("%lu attached\n", (unsigned long)info.shm_nattch);
    NEED(write(go[1], &byte, 1) == 1);
    printf("%d\n", reap(pid));
    NEED(shmctl(id, IPC_STAT, &info) == 0);
    printf("%lu attached\n", (unsigned long)info.shm_nattch);
    SHOW(shmctl(id, IPC_RMID, NULL));
    return 0;
}
