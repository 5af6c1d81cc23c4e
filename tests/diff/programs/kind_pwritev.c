/* SPDX-License-Identifier: MIT */
/* kind_pwritev.c - pwritev on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";
    struct iovec vector[2] = {{bytes, 3}, {bytes + 10, 4}};

    EACH_KIND_BUT(1u << 18, pwritev(fd, vector, 2, 1));
    return 0;
}
