/* SPDX-License-Identifier: MIT */
/* kind_getsockopt.c - options of what is no socket on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <sys/socket.h>

int main(void)
{
    int value;
    unsigned length = sizeof value;

    EACH_KIND(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
    return 0;
}
