/* SPDX-License-Identifier: MIT */
/* kind_syncfs.c - syncfs on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(syncfs(fd));
    return 0;
}
