/* SPDX-License-Identifier: MIT */
/* sem_all.c - all values at once, and what IPC_STAT says. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    unsigned short values[3] = {1, 22, 333}, back[3] = {0};
    struct semid_ds info;
    int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0640);

    NEED(id >= 0);
    SHOW(semctl(id, 0, SETALL, values));
    SHOW(semctl(id, 0, GETALL, back));
    printf("%d %d %d\n", back[0], back[1], back[2]);
    SHOW(semctl(id, 0, IPC_STAT, &info));
    printf("%lu semaphores, mode %o\n", (unsigned long)info.sem_nsems, info.sem_perm.mode);
    TELL(info.sem_otime == 0);
    TELL(info.sem_ctime > 0);
    TELL(info.sem_perm.uid == geteuid() && info.sem_perm.cuid == geteuid());
    info.sem_perm.mode = 0600;
    SHOW(semctl(id, 0, IPC_SET, &info));
    SHOW(semctl(id, 0, IPC_STAT, &info));
    printf("mode %o\n", info.sem_perm.mode);
    SHOW(semctl(id, 0, IPC_STAT, BAD_POINTER));
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
