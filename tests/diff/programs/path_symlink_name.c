/* SPDX-License-Identifier: MIT */
/* path_symlink_name.c - symlink under each name with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(symlink("target", path));
    return 0;
}
