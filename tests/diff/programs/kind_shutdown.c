/* SPDX-License-Identifier: MIT */
/* kind_shutdown.c - shutting down what is no socket on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <sys/socket.h>

int main(void)
{
    EACH_KIND(shutdown(fd, SHUT_WR));
    return 0;
}
