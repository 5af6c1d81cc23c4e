/* SPDX-License-Identifier: MIT */
/* kind_readv.c - readv on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";
    struct iovec vector[2] = {{bytes, 3}, {bytes + 10, 4}};

    EACH_KIND(readv(fd, vector, 2));
    return 0;
}
