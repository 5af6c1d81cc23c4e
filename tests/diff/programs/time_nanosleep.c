/* SPDX-License-Identifier: MIT */
/* time_nanosleep.c - sleeps are never too short. */
#include "tests/diff/diff.h"

static void try(long ns)
{
    struct timespec before, after;

    NEED(clock_gettime(CLOCK_MONOTONIC, &before) == 0);
    int result = nanosleep(&(struct timespec){0, ns}, NULL);
    NEED(clock_gettime(CLOCK_MONOTONIC, &after) == 0);
    int64_t took = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec;
    printf("%ld ns: result %d, long enough %d, not absurd %d\n", ns, result, took >= ns,
           took < ns + 2000000000L);
}

int main(void)
{
    try(0);
    try(1);
    try(100000);
    try(1000000);
    try(50000000);
    return 0;
}
