/* SPDX-License-Identifier: MIT */
/* path_rename_from.c - rename of each with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(rename(path, "made"));
    return 0;
}
