/* SPDX-License-Identifier: MIT */
/* tcp_nonblock.c - connect, accept, send and receive that do not wait; backlog. */
#include "tests/diff/socket.h"

int main(void)
{
    int port, listener = tcp_listener(AF_INET, 1, &port);
    int fd[5];

    NEED(fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
    SHOW(accept(listener, NULL, NULL));
    for (int i = 0; i < 2; i++) {
        fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        SHOW(inet_connect(fd[i], AF_INET, port));
        await(fd[i], POLLOUT);
        say_poll("connected", fd[i]);
    }
    await(listener, POLLIN);
    int server = accept(listener, NULL, NULL);
    TELL(server >= 0);
    TELL(accept(listener, NULL, NULL) >= 0);
    SHOW(accept(listener, NULL, NULL));
    static char block[65536];
    long total = 0;
    ssize_t done;
    int quiet = 0;
    /* Linux opens its window step by step: full is when nothing fits for a while */
    while (quiet < 20) {
        done = send(fd[0], block, sizeof block, 0);
        if (done > 0) {
            total += done;
            quiet = 0;
        } else {
            quiet++;
            nanosleep(&(struct timespec){0, 2000000}, NULL);
        }
    }
    printf("%s\n", error_name(errno));
    TELL(total >= 262144);
    say_poll("full", fd[0]);
    long got = 0;
    while (got < total) {
        done = recv(server, block, sizeof block, 0);
        NEED(done > 0);
        got += done;
    }
    TELL(got == total);
    await_poll("empty", fd[0], POLLOUT);
    return 0;
}
