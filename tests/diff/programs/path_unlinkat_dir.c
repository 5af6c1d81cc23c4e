/* SPDX-License-Identifier: MIT */
/* path_unlinkat_dir.c - unlinkat of directories with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(unlinkat(AT_FDCWD, path, AT_REMOVEDIR));
    return 0;
}
