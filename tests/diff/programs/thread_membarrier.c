/* SPDX-License-Identifier: MIT */
/* thread_membarrier.c - barriers across threads: commands, registration, and one that is needed. */
#include "tests/diff/thread.h"

enum {
    QUERY = 0,
    GLOBAL = 1,
    GLOBAL_EXP = 2,
    REG_GLOBAL = 4,
    PRIVATE = 8,
    REG_PRIVATE = 16,
    CORE = 32,
    REG_CORE = 64
};

static int x, y, r1, r2, round_of, done;

static long barrier(int command, unsigned flags)
{
    return syscall(SYS_membarrier, command, flags, 0);
}

/* Dekker's test with the heavy barrier on one side only. */
static void *light(void *rounds)
{
    for (int i = 1; i <= (int)(long)rounds; i++) {
        wait_value(&round_of, i);
        __atomic_store_n(&x, 1, __ATOMIC_RELAXED);
        __asm__ volatile("" ::: "memory");
        r1 = __atomic_load_n(&y, __ATOMIC_RELAXED);
        set(&done, i);
    }
    return NULL;
}

int main(void)
{
    int both = 0;

    TELL((barrier(QUERY, 0) & (GLOBAL | PRIVATE | REG_PRIVATE)) ==
         (GLOBAL | PRIVATE | REG_PRIVATE));
    SHOW(barrier(QUERY, 1));
    SHOW(barrier(3, 0));
    SHOW(barrier(1 << 20, 0));
    SHOW(barrier(PRIVATE, 0));
    SHOW(barrier(CORE, 0));
    SHOW(barrier(REG_PRIVATE, 0));
    SHOW(barrier(PRIVATE, 0));
    SHOW(barrier(PRIVATE, 1));
    SHOW(barrier(GLOBAL_EXP, 0));
    pthread_t thread = start(light, (void *)200);

    for (int i = 1; i <= 200; i++) {
        x = y = 0;
        set(&round_of, i);
        __atomic_store_n(&y, 1, __ATOMIC_RELAXED);
        NEED(barrier(PRIVATE, 0) == 0);
        r2 = __atomic_load_n(&x, __ATOMIC_RELAXED);
        wait_value(&done, i);
        both += r1 == 0 && r2 == 0;
    }
    join(thread);
    printf("both saw nothing: %d times\n", both);
    return 0;
}
