/* SPDX-License-Identifier: MIT */
/* kind_fstatat_empty.c - fstatat of the descriptor itself on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct stat st;

    EACH_KIND(fstatat(fd, "", &st, AT_EMPTY_PATH));
    return 0;
}
