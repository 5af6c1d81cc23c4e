/* SPDX-License-Identifier: MIT */
/* path_utimensat_nofollow.c - utimensat without following with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW));
    return 0;
}
