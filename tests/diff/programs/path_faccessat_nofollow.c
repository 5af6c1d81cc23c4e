/* SPDX-License-Identifier: MIT */
/* path_faccessat_nofollow.c - access without following with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(syscall(439, AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW));
    return 0;
}
