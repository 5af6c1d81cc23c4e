/* SPDX-License-Identifier: MIT */
/* path_mknod_bad.c - mknod of a bad type with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(mknod(path, 0130000 | 0644, 0));
    return 0;
}
