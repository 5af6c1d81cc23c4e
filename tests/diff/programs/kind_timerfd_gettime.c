/* SPDX-License-Identifier: MIT */
/* kind_timerfd_gettime.c - asking what may be no timer on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct itimerspec value;

    EACH_KIND(timerfd_gettime(fd, &value));
    return 0;
}
