/* SPDX-License-Identifier: MIT */
/* kind_writev.c - writev on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";
    struct iovec vector[2] = {{bytes, 3}, {bytes + 10, 4}};

    EACH_KIND(writev(fd, vector, 2));
    return 0;
}
