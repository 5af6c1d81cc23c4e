/* SPDX-License-Identifier: MIT */
/* kind_getfl.c - F_GETFL: the access mode and O_APPEND on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int flags;

    EACH_KIND((flags = fcntl(fd, F_GETFL)) < 0 ? -1
                                               : (flags & (O_ACCMODE | O_APPEND | O_NONBLOCK)));
    return 0;
}
