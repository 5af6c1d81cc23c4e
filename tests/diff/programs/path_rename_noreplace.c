/* SPDX-License-Identifier: MIT */
/* path_rename_noreplace.c - rename of a file to each, not replacing with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(syscall(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, path, 1));
    return 0;
}
