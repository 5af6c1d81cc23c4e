/* SPDX-License-Identifier: MIT */
/* kind_close_twice.c - closing twice on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(close(fd) ? -1 : close(fd));
    return 0;
}
