/* SPDX-License-Identifier: MIT */
/* kind_fgetxattr.c - an attribute that is missing on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <sys/xattr.h>

int main(void)
{
    char bytes[64] = "";

    EACH_KIND_BUT(0x3fc0u | 1u << 14 | 1u << 15 | 1u << 16 | 1u << 18,
                  fgetxattr(fd, "user.x", bytes, 10));
    return 0;
}
