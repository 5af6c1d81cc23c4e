/* SPDX-License-Identifier: MIT */
/* kind_sendfile_from.c - sendfile from on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int out = open("out", O_RDWR | O_CREAT, 0644);

    EACH_KIND_BUT(1u << 14 | 1u << 15 | 1u << 18, sendfile(out, fd, NULL, 4));
    return 0;
}
