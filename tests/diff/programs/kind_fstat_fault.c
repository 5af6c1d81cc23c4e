/* SPDX-License-Identifier: MIT */
/* kind_fstat_fault.c - fstat to a bad address on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fstat(fd, BAD_POINTER));
    return 0;
}
