/* SPDX-License-Identifier: MIT */
/* kind_mmap_write.c - a shared mapping that is written on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)));
    return 0;
}
