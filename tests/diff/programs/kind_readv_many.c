/* SPDX-License-Identifier: MIT */
/* kind_readv_many.c - readv of too many buffers on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";
    struct iovec vector[2] = {{bytes, 3}, {bytes + 10, 4}};

    EACH_KIND(readv(fd, vector, 1025));
    return 0;
}
