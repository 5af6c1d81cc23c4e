/* SPDX-License-Identifier: MIT */
/* thread_spin.c - threads that never give the CPU away do not stop the others. */
#include "tests/diff/thread.h"

static int turn, stop;

static void *spins(void *unused)
{
    (void)unused;
    while (!get(&stop))
        continue;
    return NULL;
}

/* Two threads that wait for each other by looking only. */
static void *answers(void *rounds)
{
    for (long i = 0; i < (long)rounds; i++) {
        while (get(&turn) != 1)
            continue;
        set(&turn, 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread[3];

    thread[0] = start(spins, NULL);
    thread[1] = start(spins, NULL);
    thread[2] = start(answers, (void *)10);
    for (int i = 0; i < 10; i++) {
        set(&turn, 1);
        while (get(&turn) != 0)
            continue;
    }
    set(&stop, 1);
    for (int i = 0; i < 3; i++)
        join(thread[i]);
    printf("done\n");
    return 0;
}
