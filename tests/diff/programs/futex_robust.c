/* SPDX-License-Identifier: MIT */
/* futex_robust.c - the robust list by hand: owned words are marked, others left alone. */
#include "tests/diff/thread.h"

struct lock {
    void *next;
    uint32_t word;
};

struct head {
    void *next;
    long offset;
    void *pending;
};

static struct head head;
static struct lock locks[4];
static int ready;

static void *ends(void *unused)
{
    uint32_t self = (uint32_t)tid();

    (void)unused;
    head.offset = offsetof(struct lock, word);
    head.next = &locks[0];
    locks[0].next = &locks[1];
    locks[1].next = &locks[2];
    locks[2].next = &head;
    head.pending = &locks[3];
    locks[0].word = self;
    locks[1].word = self | FUTEX_WAITERS;
    locks[2].word = 1; /* another's */
    locks[3].word = self;
    SHOW(syscall(SYS_set_robust_list, &head, sizeof head));
    void *got = NULL;
    size_t size = 0;

    SHOW(syscall(SYS_get_robust_list, 0, &got, &size));
    TELL(got == &head && size == sizeof head);
    return NULL;
}

static void *waits(void *unused)
{
    (void)unused;
    set(&ready, tid());
    while (!(__atomic_load_n(&locks[1].word, __ATOMIC_SEQ_CST) & FUTEX_OWNER_DIED))
        futex(&locks[1].word, FUTEX_WAIT, 0, NULL);
    return NULL;
}

static void *circles(void *unused)
{
    (void)unused;
    head.next = &locks[0];
    locks[0].next = &locks[1];
    locks[1].next = &locks[0]; /* never comes back to the head */
    head.pending = BAD_POINTER;
    NEED(syscall(SYS_set_robust_list, &head, sizeof head) == 0);
    return NULL;
}

static void *bad_head(void *unused)
{
    (void)unused;
    SHOW(syscall(SYS_set_robust_list, BAD_POINTER, sizeof head));
    SHOW(syscall(SYS_set_robust_list, &head, 23));
    return NULL;
}

int main(void)
{
    pthread_t waiter = start(waits, NULL);

    wait_not(&ready, 0);
    join(start(ends, NULL));
    join(waiter);
    for (int i = 0; i < 4; i++)
        printf("word %d: 0x%x\n", i, locks[i].word & ~FUTEX_TID_MASK);
    printf("the other's word: %u\n", locks[2].word);
    join(start(circles, NULL));
    join(start(bad_head, NULL));
    SHOW(syscall(SYS_get_robust_list, 0, BAD_POINTER, BAD_POINTER));
    printf("still here\n");
    return 0;
}
