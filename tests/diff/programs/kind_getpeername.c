/* SPDX-License-Identifier: MIT */
/* kind_getpeername.c - the other side of what is no socket on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <sys/socket.h>

int main(void)
{
    char address[128];
    unsigned length = sizeof address;

    EACH_KIND(getpeername(fd, (void *)address, &length));
    return 0;
}
