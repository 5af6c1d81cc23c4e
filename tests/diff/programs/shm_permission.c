/* SPDX-License-Identifier: MIT */
/* shm_permission.c - who may attach, change and remove a segment. */
#include "tests/diff/diff.h"
#include <sys/shm.h>

static int id;

static int as_nobody(void *unused)
{
    struct shmid_ds info;

    (void)unused;
    NEED(setgid(65534) == 0 && setuid(65534) == 0);
    SHOW_MAP(shmat(id, NULL, 0));
    SHOW_MAP(shmat(id, NULL, SHM_RDONLY));
    SHOW(shmctl(id, IPC_STAT, &info));
    SHOW(shmctl(id, IPC_RMID, NULL));
    SHOW(shmctl(id, IPC_SET, &info));
    return 0;
}

int main(void)
{
    struct shmid_ds info;

    if (geteuid() != 0) {
        printf("needs root\n");
        return 0;
    }
    id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0604);
    NEED(id >= 0);
    run_child("child", as_nobody, NULL);
    NEED(shmctl(id, IPC_STAT, &info) == 0);
    info.shm_perm.mode = 0600;
    info.shm_perm.uid = 65534;
    SHOW(shmctl(id, IPC_SET, &info));
    run_child("owner", as_nobody, NULL);
    SHOW(shmctl(id, IPC_STAT, &info));
    return 0;
}
