/* SPDX-License-Identifier: MIT */
/* smp_parallel.c - two threads on two CPUs, who wait for each other without giving the CPU away. */
#include "tests/diff/thread.h"

static int turn, cpus[2], elsewhere;

static void *plays(void *which)
{
    int self = (int)(long)which;

    cpus[self] = pin(self);
    for (int round = 0; round < 3000; round++) {
        while (get(&turn) % 2 != self)
            continue;
        if (round % 100 == 0 && cpu_now() != cpus[self])
            add(&elsewhere, 1);
        add(&turn, 1);
    }
    return NULL;
}

int main(void)
{
    pin(0);
    pthread_t other = start(plays, (void *)1);

    plays((void *)0);
    join(other);
    printf("turns %d, elsewhere %d\n", turn, elsewhere);
    TELL(cpus[0] != cpus[1]);
    return 0;
}
