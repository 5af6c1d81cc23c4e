/* SPDX-License-Identifier: MIT */
/* kind_send.c - sending through what is no socket on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <sys/socket.h>

int main(void)
{
    EACH_KIND(send(fd, "x", 1, 0));
    return 0;
}
