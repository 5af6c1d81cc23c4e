/* SPDX-License-Identifier: MIT */
/* thread_memory.c - mappings come and go in one thread while others use theirs. */
#include "tests/diff/thread.h"

static int wrong;

static void *maps(void *number)
{
    for (int round = 0; round < 60; round++) {
        size_t pages = 1 + (size_t)(round + (int)(long)number) % 7;
        char *area =
            mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        for (size_t i = 0; i < pages; i++)
            area[i * PAGE] = (char)((long)number + (long)i);
        if (round % 8 == 0)
            sched_yield();
        mprotect(area, PAGE, PROT_READ);
        for (size_t i = 0; i < pages; i++)
            if (area[i * PAGE] != (char)((long)number + (long)i))
                add(&wrong, 1);
        munmap(area, pages * PAGE);
        void *block = malloc(2000 + (size_t)round * 100);

        memset(block, 1, 2000);
        free(block);
    }
    return NULL;
}

static void *forks(void *unused)
{
    (void)unused;
    for (int i = 0; i < 15; i++) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(0);
        if (reap(pid))
            add(&wrong, 1);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread[6];

    for (long i = 0; i < 5; i++)
        thread[i] = start(maps, (void *)(i * 10));
    thread[5] = start(forks, NULL);
    for (int i = 0; i < 6; i++)
        join(thread[i]);
    printf("wrong %d\n", wrong);
    return 0;
}
