/* SPDX-License-Identifier: MIT */
/* path_symlink_target.c - symlink to each target with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(symlink(path, "made"));
    return 0;
}
