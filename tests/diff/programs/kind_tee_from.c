/* SPDX-License-Identifier: MIT */
/* kind_tee_from.c - tee from on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int tube[2];

    NEED(pipe2(tube, O_NONBLOCK) == 0);

    EACH_KIND(tee(fd, tube[1], 4, SPLICE_F_NONBLOCK));
    return 0;
}
