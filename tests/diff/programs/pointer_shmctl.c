/* SPDX-License-Identifier: MIT */
/* pointer_shmctl.c - IPC_STAT of shared memory with pointers of every kind. */
#include "tests/diff/pointers.h"
#include <sys/shm.h>

int main(void)
{
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

    EACH_POINTER(syscall(SYS_shmctl, id, IPC_STAT, at));
    NEED(shmctl(id, IPC_RMID, NULL) == 0);
    return 0;
}
