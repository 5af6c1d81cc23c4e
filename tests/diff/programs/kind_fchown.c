/* SPDX-License-Identifier: MIT */
/* kind_fchown.c - fchown to nobody in particular on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(0x3e00u, fchown(fd, (uid_t)-1, (gid_t)-1));
    return 0;
}
