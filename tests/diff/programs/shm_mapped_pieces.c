/* SPDX-License-Identifier: MIT */
/* shm_mapped_pieces.c - unmapping and protecting parts of an attached segment. */
#include "tests/diff/diff.h"
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds info;
    int id = shmget(IPC_PRIVATE, 4 * 4096, IPC_CREAT | 0600);
    char *memory;

    NEED(id >= 0);
    memory = shmat(id, NULL, 0);
    NEED(memory != (void *)-1);
    SHOW(munmap(memory + 4096, 4096));
    say_touch("hole", memory + 4096, 'r');
    memory[2 * 4096] = 'z';
    SHOW(shmdt(memory));
    say_touch("behind the hole", memory + 2 * 4096, 'r');
    SHOW(shmctl(id, IPC_STAT, &info));
    printf("%lu attached\n", (unsigned long)info.shm_nattch);
    SHOW(shmctl(id, IPC_RMID, NULL));
    return 0;
}
