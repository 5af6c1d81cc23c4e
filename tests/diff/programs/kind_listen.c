/* SPDX-License-Identifier: MIT */
/* kind_listen.c - listening on what is no socket on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <sys/socket.h>

int main(void)
{
    EACH_KIND(listen(fd, 5));
    return 0;
}
