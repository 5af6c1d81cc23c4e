/* SPDX-License-Identifier: MIT */
/* path_rename_dir_to.c - rename of a directory to each with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(rename("dir", path));
    return 0;
}
