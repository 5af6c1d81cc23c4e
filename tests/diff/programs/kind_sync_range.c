/* SPDX-License-Identifier: MIT */
/* kind_sync_range.c - sync_file_range on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WRITE));
    return 0;
}
