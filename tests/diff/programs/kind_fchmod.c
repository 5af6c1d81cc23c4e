/* SPDX-License-Identifier: MIT */
/* kind_fchmod.c - fchmod on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(0x3e00u | 1u << 14 | 1u << 15 | 1u << 18, fchmod(fd, 0600));
    return 0;
}
