/* SPDX-License-Identifier: MIT */
/* kind_futimens.c - futimens that leaves all as it is on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct timespec times[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};

    EACH_KIND(futimens(fd, times));
    return 0;
}
