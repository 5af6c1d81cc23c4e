/* SPDX-License-Identifier: MIT */
/* file_open_excl.c - O_EXCL refuses files and symlinks that exist. */
#include "tests/diff/diff.h"

int main(void)
{
    NEED(symlink("nowhere", "dangling") == 0);
    SHOW_OK(open("file", O_RDWR | O_CREAT | O_EXCL, 0644));
    SHOW(open("file", O_RDWR | O_CREAT | O_EXCL, 0644));
    SHOW(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0644));
    SHOW(access("nowhere", F_OK));
    SHOW_OK(open("dangling", O_RDWR | O_CREAT, 0644));
    SHOW(access("nowhere", F_OK));
    return 0;
}
