/* SPDX-License-Identifier: MIT */
/* kind_getown.c - F_GETOWN on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_GETOWN));
    return 0;
}
