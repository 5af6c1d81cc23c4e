/* SPDX-License-Identifier: MIT */
/* path_readlink_zero.c - readlink into nothing with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    char text[64];

    EACH_PATH(syscall(SYS_readlink, path, text, 0));
    return 0;
}
