/* SPDX-License-Identifier: MIT */
/* kind_fionbio.c - FIONBIO on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int on = 1;

    EACH_KIND(ioctl(fd, FIONBIO, &on) ? -1 : (fcntl(fd, F_GETFL) & O_NONBLOCK));
    return 0;
}
