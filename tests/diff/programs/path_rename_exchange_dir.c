/* SPDX-License-Identifier: MIT */
/* path_rename_exchange_dir.c - exchange of a directory with each with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(syscall(SYS_renameat2, AT_FDCWD, "full", AT_FDCWD, path, 2));
    return 0;
}
