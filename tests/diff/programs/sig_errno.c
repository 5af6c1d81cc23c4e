/* SPDX-License-Identifier: MIT */
/* sig_errno.c - a handler that makes failing calls does not disturb the program's results. */
#include "tests/diff/diff.h"

static void handler(int number)
{
    int saved = errno;

    (void)number;
    NEED(close(-1) == -1);
    errno = saved;
    caught_count++;
}

int main(void)
{
    long wrong = 0;

    signal(SIGALRM, handler);
    NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 1000}, {0, 1000}}, NULL) == 0);
    while (caught_count < 20) {
        for (int i = 0; i < 100; i++) {
            wrong += getppid() <= 0;
            wrong += lseek(-1, 0, SEEK_SET) != -1 || errno != EBADF;
        }
    }
    printf("wrong results: %ld\n", wrong);
    return 0;
}
