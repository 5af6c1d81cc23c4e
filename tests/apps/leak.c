/* SPDX-License-Identifier: MIT */
/* leak.c - threads and processes come and go in rounds; afterwards as much memory is free as before. Run on Lorica only:
 * elsewhere other programs use memory, too. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 250, PROCESSES = 20, TOLERATED_KIB = 64 };

static void *touch(void *argument)
{
    char *area = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(area, 1, 65536);
    munmap(area, 65536);
    return argument;
}

static void *waits(void *argument)
{
    pause();
    return argument;
}

static long free_kib(void)
{
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/meminfo", "r");

    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemFree: %ld", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
}

/* Ends with threads of its own still asleep or about to run. */
static void child(int way)
{
    pthread_t thread;

    for (int i = 0; i < 5; i++)
        pthread_create(&thread, NULL, waits, NULL);
    if (way % 3 == 0)
        execl("/proc/self/exe", "leak", "nothing", (char *)NULL);
    if (way % 3 == 1)
        raise(9);
    exit(0);
}

static void round_of(void)
{
    pthread_t thread[THREADS];

    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, touch, &thread))
            exit(2);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();

        if (pid == 0)
            child(i);
        waitpid(pid, NULL, 0);
    }
}

int main(int argc, char **argv)
{
    long before, after;

    (void)argv;
    if (argc > 1)
        return 0;
    round_of(); /* caches fill */
    round_of();
    before = free_kib();
    for (int i = 0; i < 4; i++)
        round_of();
    after = free_kib();
    if (before - after > TOLERATED_KIB) {
        printf("lost: %ld KiB free before, %ld after\n", before, after);
        return 1;
    }
    printf("nothing lost\n");
    return 0;
}
