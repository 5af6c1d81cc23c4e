/* SPDX-License-Identifier: MIT */
/* kind_splice_to.c - splice to on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int tube[2];

    NEED(pipe2(tube, O_NONBLOCK) == 0);

    EACH_KIND_BUT(1u << 15 | 0x3e00u, (NEED(write(tube[1], "abcd", 4) == 4),
                                       splice(tube[0], NULL, fd, NULL, 4, SPLICE_F_NONBLOCK)));
    return 0;
}
