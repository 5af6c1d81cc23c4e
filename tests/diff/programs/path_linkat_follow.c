/* SPDX-License-Identifier: MIT */
/* path_linkat_follow.c - link of each, following with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(linkat(AT_FDCWD, path, AT_FDCWD, "made", AT_SYMLINK_FOLLOW));
    return 0;
}
