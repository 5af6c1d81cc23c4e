/* SPDX-License-Identifier: MIT */
/* path_utimensat.c - utimensat with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(utimensat(AT_FDCWD, path, NULL, 0));
    return 0;
}
