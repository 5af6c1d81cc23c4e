/* SPDX-License-Identifier: MIT */
/* kind_signalfd.c - changing what may be no signalfd on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    sigset_t set;

    sigemptyset(&set);

    EACH_KIND_BUT(1u << 20, signalfd(fd, &set, 0) == fd ? 0 : -1);
    return 0;
}
