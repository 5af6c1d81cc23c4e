/* SPDX-License-Identifier: MIT */
/* kind_dup2_same.c - dup2 onto itself on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(dup2(fd, fd) == fd ? 0 : -1);
    return 0;
}
