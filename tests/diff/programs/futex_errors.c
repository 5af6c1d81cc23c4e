/* SPDX-License-Identifier: MIT */
/* futex_errors.c - what the operations of futex refuse. */
#include "tests/diff/thread.h"

int main(void)
{
    uint32_t words[4] = {5, 0, 0, 0};
    char *bytes = (char *)words;
    struct timespec bad = {0, 1000000000}, negative = {-1, 0}, zero = {0, 0};

    SHOW(futex(bytes + 1, FUTEX_WAIT, 0, NULL));
    SHOW(futex(bytes + 2, FUTEX_WAKE, 1, NULL));
    SHOW(futex(BAD_POINTER, FUTEX_WAIT, 0, NULL));
    SHOW(futex(words, FUTEX_WAIT, 4, NULL));
    SHOW(futex(words, FUTEX_WAIT, 5, &bad));
    SHOW(futex(words, FUTEX_WAIT, 5, &negative));
    SHOW(futex(words, FUTEX_WAIT, 5, BAD_POINTER));
    SHOW(futex(words, FUTEX_WAIT, 5, &zero));
    SHOW(futex(words, FUTEX_WAIT | FUTEX_PRIVATE, 5, &zero));
    SHOW(futex(words, FUTEX_WAIT | FUTEX_REALTIME, 5, &zero));
    SHOW(futex(words, FUTEX_WAKE | FUTEX_REALTIME, 1, NULL));
    SHOW(futex6(words, FUTEX_WAIT_BITSET, 5, (uint64_t)&zero, NULL, 0));
    SHOW(futex6(words, FUTEX_WAIT_BITSET, 5, (uint64_t)&zero, NULL, 1));
    SHOW(futex6(words, FUTEX_WAIT_BITSET | FUTEX_REALTIME, 5, (uint64_t)&zero, NULL, 1));
    SHOW(futex6(words, FUTEX_WAKE_BITSET, 1, 0, NULL, 0));
    SHOW(futex6(words, FUTEX_WAKE_BITSET, 1, 0, NULL, 4));
    SHOW(futex(words, FUTEX_WAKE, 0, NULL));
    SHOW(futex(words, FUTEX_WAKE, (uint32_t)-1, NULL));
    SHOW(futex6(words, FUTEX_REQUEUE, 0, (uint64_t)-1, &words[1], 0));
    SHOW(futex6(words, FUTEX_CMP_REQUEUE, 0, 1, &words[1], 6));
    SHOW(futex6(words, FUTEX_CMP_REQUEUE, 0, 1, &words[1], 5));
    SHOW(futex6(words, FUTEX_CMP_REQUEUE, 0, 1, bytes + 1, 5));
    SHOW(futex(words, 99, 0, NULL));
    SHOW(futex(words, FUTEX_UNLOCK_PI, 0, NULL));
    SHOW(futex(BAD_POINTER, FUTEX_LOCK_PI, 0, NULL));
    SHOW(futex(BAD_POINTER, FUTEX_WAKE | FUTEX_PRIVATE, 1, NULL));
    SHOW(futex(BAD_POINTER, FUTEX_WAKE, 1, NULL));
    char *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    NEED(page != MAP_FAILED);
    SHOW(futex(page, FUTEX_WAIT | FUTEX_PRIVATE, 1, NULL));
    SHOW(futex(page, FUTEX_LOCK_PI | FUTEX_PRIVATE, 0, NULL));
    return 0;
}
