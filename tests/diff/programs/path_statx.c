/* SPDX-License-Identifier: MIT */
/* path_statx.c - statx with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    char buffer[256];

    EACH_PATH(syscall(SYS_statx, AT_FDCWD, path, 0, 0x7ff, buffer));
    return 0;
}
