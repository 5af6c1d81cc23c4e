/* SPDX-License-Identifier: MIT */
/* path_readlink.c - readlink with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    char text[64];

    EACH_PATH(readlink(path, text, sizeof text));
    return 0;
}
