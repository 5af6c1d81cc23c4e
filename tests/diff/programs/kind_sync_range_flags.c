/* SPDX-License-Identifier: MIT */
/* kind_sync_range_flags.c - sync_file_range with bad flags on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(sync_file_range(fd, 0, 4096, 99));
    return 0;
}
