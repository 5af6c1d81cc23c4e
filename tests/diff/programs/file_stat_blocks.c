/* SPDX-License-Identifier: MIT */
/* file_stat_blocks.c - st_blocks and st_blksize fit the size. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat file;
    static char block[100000];

    make_file("full", block, sizeof block, 0644);
    make_file("empty", block, 0, 0644);
    NEED(stat("full", &file) == 0);
    TELL(file.st_blocks * 512 >= 98304 && file.st_blocks * 512 <= 200000);
    TELL(file.st_blksize >= 512 && (file.st_blksize & (file.st_blksize - 1)) == 0);
    NEED(stat("empty", &file) == 0);
    printf("empty: %ld blocks\n", (long)file.st_blocks);
    return 0;
}
