/* SPDX-License-Identifier: MIT */
/* kind_ioctl_bad.c - an unknown ioctl on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(1u << 10, ioctl(fd, 0x12345678, 0));
    return 0;
}
