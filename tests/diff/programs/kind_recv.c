/* SPDX-License-Identifier: MIT */
/* kind_recv.c - receiving from what is no socket on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <sys/socket.h>

int main(void)
{
    char byte;

    EACH_KIND(recv(fd, &byte, 1, 0));
    return 0;
}
