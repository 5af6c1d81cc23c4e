/* SPDX-License-Identifier: MIT */
/* kind_getdents.c - getdents64 in a buffer that is too small on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";

    EACH_KIND(syscall(SYS_getdents64, fd, bytes, 8));
    return 0;
}
