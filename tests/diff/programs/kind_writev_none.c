/* SPDX-License-Identifier: MIT */
/* kind_writev_none.c - writev of no buffers on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(writev(fd, NULL, 0));
    return 0;
}
