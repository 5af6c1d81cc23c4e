/* SPDX-License-Identifier: MIT */
/* kind_ofd_setlk.c - a lock of the open file on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_len = 4};

    EACH_KIND(fcntl(fd, 37, &lock));
    return 0;
}
