/* SPDX-License-Identifier: MIT */
/* path_statfs.c - statfs with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    struct statfs fs;

    EACH_PATH(statfs(path, &fs));
    return 0;
}
