/* SPDX-License-Identifier: MIT */
/* kind_read_fault.c - read into a bad address on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(read(fd, BAD_POINTER, 8));
    return 0;
}
