/* SPDX-License-Identifier: MIT */
/* kind_fioclex.c - FIOCLEX on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(ioctl(fd, FIOCLEX) ? -1 : fcntl(fd, F_GETFD));
    return 0;
}
