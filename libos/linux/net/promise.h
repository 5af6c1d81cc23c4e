/* SPDX-License-Identifier: MIT */
/* promise.h - ports that lead in from the host, and whether somebody was there. */
#pragma once
#include "libos/linux/net/inet.h"

/* promise_keep - a TCP socket listens, or a UDP socket has got its port. */
void promise_keep(const struct inet_socket *socket);
/* promise_broken - a port where nobody has ever listened, as the option has it ("80/tcp"); NULL: there is none. */
const char *promise_broken(void);
