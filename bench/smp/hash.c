/* SPDX-License-Identifier: MIT */
/* hash.c - a threaded program: two threads hash blocks that they take from a common counter. usage: hash BLOCKS */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static long blocks, next;
static uint64_t total;

static void *hash(void *argument)
{
    for (long block; (block = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED)) < blocks;) {
        uint64_t h = 14695981039346656037u + (uint64_t)block;

        for (int i = 0; i < 1000000; i++)
            h = (h ^ (h >> 29)) * 1099511628211u;
        __atomic_fetch_add(&total, h, __ATOMIC_RELAXED);
    }
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t other;

    blocks = argc > 1 ? atol(argv[1]) : 100;
    pthread_create(&other, NULL, hash, NULL);
    hash(NULL);
    pthread_join(other, NULL);
    printf("%016llx\n", (unsigned long long)total);
    return 0;
}
