/* SPDX-License-Identifier: MIT */
/* unix_select_poll.c - select and poll wake up waiters of sockets. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    fd_set in, out;
    char text[16];

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    if (fork() == 0) {
        NEED(read(pair[1], text, 4) == 4);
        NEED(write(pair[1], "pong", 4) == 4);
        NEED(read(pair[1], text, 4) == 4);
        _exit(0);
    }
    close(pair[1]);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(pair[0], &in);
    FD_SET(pair[0], &out);
    SHOW(select(pair[0] + 1, &in, &out, NULL, NULL));
    printf("in %d out %d\n", !!FD_ISSET(pair[0], &in), !!FD_ISSET(pair[0], &out));
    NEED(write(pair[0], "ping", 4) == 4);
    FD_SET(pair[0], &in);
    SHOW(select(pair[0] + 1, &in, NULL, NULL, NULL));
    SHOW(read(pair[0], text, 16));
    NEED(write(pair[0], "exit", 4) == 4);
    struct pollfd poller = {.fd = pair[0], .events = POLLIN | POLLRDHUP};
    SHOW(poll(&poller, 1, -1));
    printf("%#x\n", (unsigned)poller.revents);
    wait(NULL);
    return 0;
}
