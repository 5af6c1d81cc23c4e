/* SPDX-License-Identifier: MIT */
/* kind_getlk.c - asking for a lock of fcntl on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_len = 4};

    EACH_KIND(fcntl(fd, F_GETLK, &lock));
    return 0;
}
