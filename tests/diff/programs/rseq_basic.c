/* SPDX-License-Identifier: MIT */
/* rseq_basic.c - restartable sequences: registering, the CPU's number, errors. */
#include "tests/diff/thread.h"

struct area {
    uint32_t cpu_start, cpu;
    uint64_t sequence;
    uint32_t flags, node, mm_cid, pad;
} __attribute__((aligned(32)));

enum {
    SIGNATURE = 0x53053053,
    UNREGISTER = 1
};

static struct area first, second;

static long rseq(void *area, unsigned length, int flags, uint32_t signature)
{
    return syscall(334, area, length, flags, signature);
}

static int seen_wrong;

static void *own(void *unused)
{
    struct area mine = {.cpu = 99};

    (void)unused;
    SHOW(rseq(&mine, 32, 0, SIGNATURE));
    for (int i = 0; i < 200; i++) {
        if (mine.cpu != mine.cpu_start)
            add(&seen_wrong, 1);
        sched_yield();
    }
    unsigned before, now = 0, after;

    do {
        before = __atomic_load_n(&mine.cpu, __ATOMIC_SEQ_CST);
        syscall(SYS_getcpu, &now, NULL, NULL);
        after = __atomic_load_n(&mine.cpu, __ATOMIC_SEQ_CST);
    } while (before != after);
    TELL(before == now);
    SHOW(rseq(&mine, 32, UNREGISTER, SIGNATURE));
    TELL(mine.cpu == (uint32_t)-1 && mine.cpu_start == 0);
    return NULL;
}

int main(void)
{
    SHOW(rseq((char *)&first + 4, 32, 0, SIGNATURE));
    SHOW(rseq(&first, 16, 0, SIGNATURE));
    SHOW(rseq(&first, 32, 2, SIGNATURE));
    SHOW(rseq((void *)0xffff800000000000, 32, 0, SIGNATURE));
    SHOW(rseq(&first, 32, UNREGISTER, SIGNATURE));
    SHOW(rseq(&first, 32, 0, SIGNATURE));
    SHOW(rseq(&first, 32, 0, SIGNATURE));
    SHOW(rseq(&first, 32, 0, SIGNATURE + 1));
    SHOW(rseq(&second, 32, 0, SIGNATURE));
    SHOW(rseq(&first, 32, UNREGISTER, SIGNATURE + 1));
    SHOW(rseq(&second, 32, UNREGISTER, SIGNATURE));
    TELL(first.cpu == first.cpu_start);
    join(start(own, NULL));
    printf("wrong %d\n", seen_wrong);
    SHOW(rseq(&first, 32, UNREGISTER, SIGNATURE));
    SHOW(rseq(&first, 32, UNREGISTER, SIGNATURE));
    return 0;
}
