/* SPDX-License-Identifier: MIT */
/* kind_setlk_write.c - a write lock of fcntl on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_len = 4};

    EACH_KIND(fcntl(fd, F_SETLK, &lock));
    return 0;
}
