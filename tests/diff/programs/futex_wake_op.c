/* SPDX-License-Identifier: MIT */
/* futex_wake_op.c - FUTEX_WAKE_OP: every operation and comparison, and who wakes. */
#include "tests/diff/thread.h"

static uint32_t words[2];
static int count, ready[2];

static void *waits(void *which)
{
    int i = (int)(long)which;
    uint32_t value = __atomic_load_n(&words[i], __ATOMIC_SEQ_CST);

    set(&ready[i], tid());
    futex(&words[i], FUTEX_WAIT, value, NULL);
    add(&count, 1);
    return NULL;
}

static uint32_t op(uint32_t how, uint32_t argument, uint32_t compare, uint32_t with)
{
    return how << 28 | compare << 24 | (argument & 0xfff) << 12 | (with & 0xfff);
}

int main(void)
{
    for (uint32_t how = 0; how < 6; how++) {
        words[1] = 0xf0f0;
        printf("op %u: %ld", how,
               futex6(&words[0], FUTEX_WAKE_OP, 1, 1, &words[1], op(how, 0x0ff, 0, 7)));
        printf(" word 0x%x\n", words[1]);
    }
    for (uint32_t compare = 0; compare < 7; compare++) {
        words[1] = (uint32_t)-2;
        printf("compare %u: %ld", compare,
               futex6(&words[0], FUTEX_WAKE_OP, 1, 1, &words[1], op(1, 1, compare, (uint32_t)-2)));
        printf(" word %d\n", (int)words[1]);
    }
    words[1] = 0;
    SHOW(futex6(&words[0], FUTEX_WAKE_OP, 1, 1, &words[1], op(8 | 2, 5, 0, 0)));
    printf("shifted: 0x%x\n", words[1]);
    SHOW(futex6(&words[0], FUTEX_WAKE_OP, 1, 1, BAD_POINTER, op(0, 1, 0, 0)));
    for (int second = 0; second < 2; second++) {
        pthread_t thread[2];

        words[0] = words[1] = 3;
        ready[0] = ready[1] = count = 0;
        for (long i = 0; i < 2; i++)
            thread[i] = start(waits, (void *)i);
        wait_asleep(&ready[0]);
        wait_asleep(&ready[1]);
        /* the second wakes only if the old value was 3 */
        SHOW(futex6(&words[0], FUTEX_WAKE_OP, 5, 5, &words[1], op(0, 9, 0, second ? 3 : 4)));
        join(thread[0]);
        if (!second)
            SHOW(futex(&words[1], FUTEX_WAKE, 5, NULL));
        join(thread[1]);
        printf("word %u, count %d\n", words[1], count);
    }
    return 0;
}
