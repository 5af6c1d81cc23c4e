/* SPDX-License-Identifier: MIT */
/* kind_dup3_same.c - dup3 onto itself on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(dup3(fd, fd, 0)));
    return 0;
}
