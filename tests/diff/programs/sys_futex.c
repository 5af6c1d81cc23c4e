/* SPDX-License-Identifier: MIT */
/* sys_futex.c - waiting and waking on a word. */
#include "tests/diff/diff.h"

#define FUTEX_WAIT    0
#define FUTEX_WAKE    1
#define FUTEX_PRIVATE 128

static long futex(uint32_t *word, int op, uint32_t value, const struct timespec *time)
{
    return syscall(SYS_futex, word, op, value, time, NULL, 0);
}

int main(void)
{
    static uint32_t word = 5;
    struct timespec moment = {0, 20000000};

    SHOW(futex(&word, FUTEX_WAKE, 1, NULL));
    SHOW(futex(&word, FUTEX_WAIT, 4, NULL));
    SHOW(futex(&word, FUTEX_WAIT | FUTEX_PRIVATE, 4, NULL));
    int64_t start = now_ms();
    SHOW(futex(&word, FUTEX_WAIT | FUTEX_PRIVATE, 5, &moment));
    TELL(now_ms() - start >= 19);
    SHOW(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 5, NULL));
    SHOW(futex(BAD_POINTER, FUTEX_WAIT, 5, NULL));
    SHOW(futex(&word, 99, 0, NULL));
    SHOW(futex(&word, FUTEX_WAIT, 5, &(struct timespec){0, 1000000000}));
    catch_signal(SIGALRM, 0);
    NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 20000}}, NULL) == 0);
    SHOW(futex(&word, FUTEX_WAIT, 5, &(struct timespec){10, 0}));
    return 0;
}
