/* SPDX-License-Identifier: MIT */
/* tcp_inherit.c - what a connection has from its listening socket. */
#include "tests/diff/socket.h"

int main(void)
{
    int port, listener = tcp_listener(AF_INET, 2, &port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    struct linger linger = {1, 7};
    socklen_t length = sizeof linger;

    set_number(listener, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_number(listener, IPPROTO_TCP, TCP_NODELAY, 1);
    set_number(listener, IPPROTO_TCP, TCP_KEEPIDLE, 33);
    set_number(listener, SOL_SOCKET, SO_RCVBUF, 50000);
    set_number(listener, IPPROTO_IP, IP_TTL, 5);
    NEED(setsockopt(listener, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
    NEED(inet_connect(client, AF_INET, port) == 0);
    int server = accept(listener, NULL, NULL);
    SHOW(option_number(server, SOL_SOCKET, SO_KEEPALIVE));
    SHOW(option_number(server, IPPROTO_TCP, TCP_NODELAY));
    SHOW(option_number(server, IPPROTO_TCP, TCP_KEEPIDLE));
    SHOW(option_number(server, SOL_SOCKET, SO_RCVBUF));
    SHOW(option_number(server, IPPROTO_IP, IP_TTL));
    SHOW(option_number(server, SOL_SOCKET, SO_ACCEPTCONN));
    SHOW(option_number(listener, SOL_SOCKET, SO_ACCEPTCONN));
    memset(&linger, 0, sizeof linger);
    SHOW(getsockopt(server, SOL_SOCKET, SO_LINGER, &linger, &length));
    printf("%d %d\n", linger.l_onoff, linger.l_linger);
    SHOW(fcntl(server, F_GETFL) & O_NONBLOCK);
    return 0;
}
