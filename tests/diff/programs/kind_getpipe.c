/* SPDX-License-Identifier: MIT */
/* kind_getpipe.c - F_GETPIPE_SZ on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_GETPIPE_SZ));
    return 0;
}
