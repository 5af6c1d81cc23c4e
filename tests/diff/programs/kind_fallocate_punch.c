/* SPDX-License-Identifier: MIT */
/* kind_fallocate_punch.c - fallocate that punches a hole on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
    return 0;
}
