/* SPDX-License-Identifier: MIT */
/* shm_basic.c - a segment is made, attached, shared with a child and removed. */
#include "tests/diff/diff.h"
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds info;
    char *memory;
    pid_t pid;
    int id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600);

    NEED(id >= 0);
    memory = shmat(id, NULL, 0);
    NEED(memory != (void *)-1);
    TELL(memory[0] == 0 && memory[9999] == 0 && memory[12287] == 0);
    strcpy(memory, "from the parent");
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        printf("child sees: %s\n", memory);
        strcpy(memory + 5000, "from the child");
        _exit(0);
    }
    printf("%d\n", reap(pid));
    printf("parent sees: %s\n", memory + 5000);
    SHOW(shmctl(id, IPC_STAT, &info));
    printf("size %lu, attached %lu, mode %o\n", (unsigned long)info.shm_segsz,
           (unsigned long)info.shm_nattch, info.shm_perm.mode);
    TELL(info.shm_cpid == getpid());
    SHOW(shmdt(memory));
    SHOW(shmdt(memory));
    SHOW(shmctl(id, IPC_RMID, NULL));
    SHOW(shmctl(id, IPC_STAT, &info));
    SHOW_MAP(shmat(id, NULL, 0));
    return 0;
}
