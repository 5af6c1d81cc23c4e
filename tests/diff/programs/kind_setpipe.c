/* SPDX-License-Identifier: MIT */
/* kind_setpipe.c - F_SETPIPE_SZ on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_SETPIPE_SZ, 8192));
    return 0;
}
