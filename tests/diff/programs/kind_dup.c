/* SPDX-License-Identifier: MIT */
/* kind_dup.c - dup on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(dup(fd)));
    return 0;
}
