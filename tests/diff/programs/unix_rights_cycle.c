/* SPDX-License-Identifier: MIT */
/* unix_rights_cycle.c - sockets that only hold each other by messages are freed: a pipe in their queue ends. */
#include "tests/diff/socket.h"

/* Does the pipe's writer still exist? Linux looks for garbage when some socket ends, and a little later. */
static void say_writer(const char *what, int reader)
{
    struct pollfd poller = {.fd = reader, .events = POLLIN};

    for (int tries = 0; tries < 100 && !(poller.revents & POLLHUP); tries++) {
        int pair[2];
        NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        close(pair[0]);
        close(pair[1]);
        poll(&poller, 1, 30);
    }
    printf("%s: %s\n", what, poller.revents & POLLHUP ? "gone" : "there");
}

int main(void)
{
    int pair[2], other[2], tube[2], got[4];

    /* a socket in its own queue */
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(tube) == 0);
    int two[2] = {pair[1], tube[1]};
    NEED(send_descriptors(pair[0], "self", two, 2) == 4);
    close(tube[1]);
    close(pair[0]);
    close(pair[1]);
    say_writer("self", tube[0]);
    close(tube[0]);
    /* two pairs, each in the other's queue */
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, other) == 0 && pipe(tube) == 0);
    NEED(send_descriptors(pair[0], "a", other, 2) == 1);
    int three[3] = {pair[0], pair[1], tube[1]};
    NEED(send_descriptors(other[0], "b", three, 3) == 1);
    close(tube[1]);
    close(pair[0]);
    close(other[0]);
    close(other[1]);
    struct pollfd poller = {.fd = tube[0], .events = POLLIN};
    SHOW(poll(&poller, 1, 0)); /* reachable through pair[1] */
    close(pair[1]);
    say_writer("two pairs", tube[0]);
    close(tube[0]);
    /* a chain that is reachable stays */
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0 && pipe(tube) == 0);
    NEED(send_descriptors(other[0], "w", &tube[1], 1) == 1);
    NEED(send_descriptors(pair[0], "o", &other[1], 1) == 1);
    close(other[1]);
    close(tube[1]);
    NEED(receive_descriptors(pair[1], got, 1, 0) == 1);
    NEED(receive_descriptors(got[0], got + 1, 1, 0) == 1);
    SHOW(write(got[1], "x", 1));
    /* a connection that nobody accepted, with the listening socket in its queue */
    int listener = unix_listener(SOCK_STREAM, "name", 3);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    NEED(pipe(tube) == 0 && unix_connect(client, "name") == 0);
    three[0] = listener;
    three[1] = client;
    three[2] = tube[1];
    NEED(send_descriptors(client, "c", three, 3) == 1);
    close(listener);
    close(tube[1]);
    close(client);
    say_writer("embryo", tube[0]);
    /* a long chain of sockets in sockets */
    int last = -1;
    NEED(pipe(tube) == 0);
    last = tube[1];
    for (int i = 0; i < 300; i++) {
        NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
        NEED(send_descriptors(pair[0], "n", &last, 1) == 1);
        close(pair[0]);
        close(last);
        last = pair[1];
    }
    close(last);
    say_writer("chain", tube[0]);
    return 0;
}
