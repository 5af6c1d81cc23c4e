/* SPDX-License-Identifier: MIT */
/* shm_key.c - keys find segments; IPC_EXCL, sizes and permission. */
#include "tests/diff/diff.h"
#include <sys/shm.h>

int main(void)
{
    key_t key = (key_t)(0x4c000000 | getpid());
    int id = shmget(key, 5000, IPC_CREAT | IPC_EXCL | 0600);

    NEED(id >= 0);
    TELL(shmget(key, 0, 0) == id);
    TELL(shmget(key, 5000, IPC_CREAT | 0600) == id);
    SHOW(shmget(key, 5000, IPC_CREAT | IPC_EXCL | 0600));
    SHOW(shmget(key, 9000, 0));
    SHOW(shmget(key + 0x01000000, 5000, 0));
    SHOW(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600));
    SHOW(shmctl(id, IPC_RMID, NULL));
    SHOW(shmget(key, 0, 0));
    SHOW(shmctl(-1, IPC_RMID, NULL));
    SHOW(shmctl(id, 12345, NULL));
    return 0;
}
