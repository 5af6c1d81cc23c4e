/* SPDX-License-Identifier: MIT */
/* kind_lseek_cur.c - lseek forwards on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(lseek(fd, 5, SEEK_CUR));
    return 0;
}
