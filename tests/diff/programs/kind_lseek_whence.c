/* SPDX-License-Identifier: MIT */
/* kind_lseek_whence.c - lseek with a bad whence on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(lseek(fd, 0, 99));
    return 0;
}
