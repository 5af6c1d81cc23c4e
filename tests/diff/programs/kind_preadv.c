/* SPDX-License-Identifier: MIT */
/* kind_preadv.c - preadv on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";
    struct iovec vector[2] = {{bytes, 3}, {bytes + 10, 4}};

    EACH_KIND(preadv(fd, vector, 2, 1));
    return 0;
}
