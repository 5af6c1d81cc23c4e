/* SPDX-License-Identifier: MIT */
/* kind_splice_from.c - splice from on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int tube[2];

    NEED(pipe2(tube, O_NONBLOCK) == 0);

    EACH_KIND_BUT(1u << 14 | 1u << 15 | 1u << 18,
                  splice(fd, NULL, tube[1], NULL, 4, SPLICE_F_NONBLOCK));
    return 0;
}
