/* SPDX-License-Identifier: MIT */
/* kind_write_zero.c - write of nothing on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(write(fd, "", 0));
    return 0;
}
