/* SPDX-License-Identifier: MIT */
/* kind_fchownat_empty.c - fchownat of the descriptor itself on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(0x3e00u, fchownat(fd, "", (uid_t)-1, (gid_t)-1, AT_EMPTY_PATH));
    return 0;
}
