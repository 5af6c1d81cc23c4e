/* SPDX-License-Identifier: MIT */
/* kind_timerfd_settime.c - setting what may be no timer on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct itimerspec value = {.it_value = {100, 0}};

    EACH_KIND(timerfd_settime(fd, 0, &value, NULL));
    return 0;
}
