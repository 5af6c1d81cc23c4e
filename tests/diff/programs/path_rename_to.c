/* SPDX-License-Identifier: MIT */
/* path_rename_to.c - rename of a file to each with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(rename("file", path));
    return 0;
}
