/* SPDX-License-Identifier: MIT */
/* kind_write_fault.c - write from a bad address on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(write(fd, BAD_POINTER, 8));
    return 0;
}
