/* SPDX-License-Identifier: MIT */
/* tcp_refused.c - nobody listens: blocking, not blocking, again. */
#include "tests/diff/socket.h"

static void each(int family)
{
    int port, listener = tcp_listener(family, 4, &port);
    int fd = socket(family, SOCK_STREAM, 0);

    close(listener);
    SHOW(inet_connect(fd, family, port));
    say_poll("refused", fd);
    SHOW(inet_connect(fd, family, port));
    SHOW(option_number(fd, SOL_SOCKET, SO_ERROR));
    close(fd);
    fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SHOW(inet_connect(fd, family, port));
    await(fd, POLLOUT);
    await_poll("refused", fd, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    SHOW(option_number(fd, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
    SHOW(option_number(fd, SOL_SOCKET, SO_ERROR));
    SHOW(send(fd, "x", 1, MSG_NOSIGNAL));
    SHOW(recv(fd, &port, 1, 0));
    SHOW(inet_connect(fd, family, port));
    close(fd);
    fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SHOW(inet_connect(fd, family, port));
    await(fd, POLLERR);
    SHOW(inet_connect(fd, family, port)); /* tells the error */
    listener = tcp_listener(family, 4, &port);
    SHOW(inet_connect(fd, family, port)); /* and it can be tried again */
    await(fd, POLLOUT);
    SHOW(option_number(fd, SOL_SOCKET, SO_ERROR));
    SHOW(inet_connect(fd, family, port));
    SHOW(inet_connect(fd, family, port));
    say_poll("connected", fd);
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
