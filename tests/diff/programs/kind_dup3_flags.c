/* SPDX-License-Identifier: MIT */
/* kind_dup3_flags.c - dup3 with bad flags on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(dup3(fd, 800, 99)));
    return 0;
}
