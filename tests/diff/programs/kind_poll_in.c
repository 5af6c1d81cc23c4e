/* SPDX-License-Identifier: MIT */
/* kind_poll_in.c - poll for reading on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct pollfd poller = {.events = POLLIN};

    EACH_KIND((poller.fd = fd, poll(&poller, 1, 0)) < 0 ? -1 : poller.revents);
    return 0;
}
