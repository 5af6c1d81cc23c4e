/* SPDX-License-Identifier: MIT */
/* path_readlink_short.c - readlink into one byte with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    char text[64];

    EACH_PATH(readlink(path, text, 1));
    return 0;
}
