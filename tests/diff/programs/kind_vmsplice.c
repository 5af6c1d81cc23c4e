/* SPDX-License-Identifier: MIT */
/* kind_vmsplice.c - vmsplice on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[4] = "abc";
    struct iovec vector = {bytes, 3};

    EACH_KIND(vmsplice(fd, &vector, 1, SPLICE_F_NONBLOCK));
    return 0;
}
