/* SPDX-License-Identifier: MIT */
/* path_realpath.c - realpath of the C library with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    static char text[PATH_MAX];

    EACH_PATH(path == BAD_POINTER ? 0 : realpath(path, text) ? 0 : -1);
    return 0;
}
