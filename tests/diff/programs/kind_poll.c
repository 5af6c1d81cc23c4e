/* SPDX-License-Identifier: MIT */
/* kind_poll.c - poll: what is true at once on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(poll(&(struct pollfd){.fd = fd, .events = POLLIN | POLLOUT}, 1, 0));
    return 0;
}
