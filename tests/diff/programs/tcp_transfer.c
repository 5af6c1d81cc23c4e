/* SPDX-License-Identifier: MIT */
/* tcp_transfer.c - a megabyte and more each way between processes, checked. */
#include "tests/diff/socket.h"

#define BYTES (3 << 20)

static void writer(int fd, unsigned seed)
{
    static char block[40000];
    size_t at = 0;

    while (at < BYTES) {
        size_t part = 1 + (at * 31 + seed) % sizeof block;
        if (part > BYTES - at)
            part = BYTES - at;
        for (size_t i = 0; i < part; i++)
            block[i] = (char)((at + i) * 2654435761u >> 24 ^ seed);
        ssize_t done = write(fd, block, part);
        NEED(done > 0);
        at += (size_t)done;
    }
    NEED(shutdown(fd, SHUT_WR) == 0);
}

static void reader(int fd, unsigned seed)
{
    static char block[30000];
    size_t at = 0, wrong = 0;
    ssize_t done;

    while ((done = read(fd, block, 1 + at * 17 % sizeof block)) > 0)
        for (ssize_t i = 0; i < done; i++, at++)
            wrong += block[i] != (char)(at * 2654435761u >> 24 ^ seed);
    printf("%zu bytes, %zu wrong, end %zd\n", at, wrong, done);
}

static void each(int family)
{
    int client, server;

    tcp_connected(family, &client, &server);
    pid_t pids[2];
    pids[0] = fork();
    if (!pids[0]) {
        writer(client, 7);
        _exit(0);
    }
    reader(server, 7);
    waitpid(pids[0], NULL, 0);
    pids[1] = fork();
    if (!pids[1]) {
        writer(server, 99);
        _exit(0);
    }
    reader(client, 99);
    waitpid(pids[1], NULL, 0);
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
