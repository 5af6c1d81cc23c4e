/* SPDX-License-Identifier: MIT */
/* sem_mutex.c - four processes count under a semaphore. */
#include "tests/diff/diff.h"
#include <sys/sem.h>

int main(void)
{
    struct sembuf down = {0, -1, SEM_UNDO}, up = {0, 1, SEM_UNDO};
    int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    volatile int *count =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[4];

    NEED(id >= 0 && semctl(id, 0, SETVAL, 1) == 0 && count != MAP_FAILED);
    for (int i = 0; i < 4; i++) {
        pids[i] = fork();
        NEED(pids[i] >= 0);
        if (pids[i])
            continue;
        for (int n = 0; n < 100; n++) {
            NEED(semop(id, &down, 1) == 0);
            int old = *count;
            if (n % 10 == 0)
                sched_yield();
            *count = old + 1;
            NEED(semop(id, &up, 1) == 0);
        }
        _exit(0);
    }
    for (int i = 0; i < 4; i++)
        printf("%d\n", reap(pids[i]));
    printf("%d\n", *count);
    SHOW(semctl(id, 0, IPC_RMID));
    return 0;
}
