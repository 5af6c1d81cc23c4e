/* SPDX-License-Identifier: MIT */
/* pointer_semop.c - the operations of semop with pointers of every kind. */
#include "tests/diff/pointers.h"
#include <sys/sem.h>

int main(void)
{
    int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);

    EACH_POINTER(syscall(SYS_semop, id, at, 1));
    NEED(semctl(id, 0, IPC_RMID) == 0);
    return 0;
}
