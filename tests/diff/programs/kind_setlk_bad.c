/* SPDX-License-Identifier: MIT */
/* kind_setlk_bad.c - a lock of a bad type on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct flock lock = {.l_type = 77, .l_len = 4};

    EACH_KIND(fcntl(fd, F_SETLK, &lock));
    return 0;
}
