/* SPDX-License-Identifier: MIT */
/* futex_waitv.c - waiting for several words at once. */
#include "tests/diff/thread.h"

struct waitv {
    uint64_t value, address;
    uint32_t flags, reserved;
};
enum {
    SIZE_32 = 2
};

static uint32_t words[3];
static int ready;

static struct waitv list[3];

static void fill(void)
{
    for (int i = 0; i < 3; i++)
        list[i] = (struct waitv){.address = (uint64_t)&words[i], .flags = SIZE_32 | FUTEX_PRIVATE};
}

static long waitv(void *waiters, unsigned count, unsigned flags, void *timeout, int clock)
{
    return syscall(449, waiters, count, flags, timeout, clock);
}

static void *waits(void *unused)
{
    (void)unused;
    set(&ready, tid());
    SHOW(waitv(list, 3, 0, NULL, 0));
    return NULL;
}

int main(void)
{
    struct timespec past = {0, 1};

    fill();
    SHOW(waitv(list, 0, 0, NULL, 0));
    SHOW(waitv(list, 129, 0, NULL, 0));
    SHOW(waitv(list, 3, 1, NULL, 0));
    SHOW(waitv(NULL, 1, 0, NULL, 0));
    SHOW(waitv(BAD_POINTER, 1, 0, NULL, 0));
    SHOW(waitv(list, 3, 0, &past, CLOCK_MONOTONIC));
    SHOW(waitv(list, 3, 0, &past, CLOCK_REALTIME));
    SHOW(waitv(list, 3, 0, &past, CLOCK_PROCESS_CPUTIME_ID));
    words[1] = 1;
    SHOW(waitv(list, 3, 0, NULL, 0));
    words[1] = 0;
    list[2].reserved = 1;
    SHOW(waitv(list, 3, 0, NULL, 0));
    fill();
    list[2].flags = 0x40;
    SHOW(waitv(list, 3, 0, NULL, 0));
    fill();
    list[2].address++;
    SHOW(waitv(list, 3, 0, NULL, 0));
    fill();
    pthread_t thread = start(waits, NULL);

    wait_asleep(&ready);
    NEED(futex(&words[2], FUTEX_WAKE | FUTEX_PRIVATE, 1, NULL) == 1);
    join(thread);
    return 0;
}
