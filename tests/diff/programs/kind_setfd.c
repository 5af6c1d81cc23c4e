/* SPDX-License-Identifier: MIT */
/* kind_setfd.c - F_SETFD and what F_GETFD says then on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_SETFD, FD_CLOEXEC) ? -1 : fcntl(fd, F_GETFD));
    return 0;
}
