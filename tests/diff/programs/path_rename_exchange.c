/* SPDX-License-Identifier: MIT */
/* path_rename_exchange.c - exchange of a file with each with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(syscall(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, path, 2));
    return 0;
}
