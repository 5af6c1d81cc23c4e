/* SPDX-License-Identifier: MIT */
/* unix_dgram_full.c - full queues of datagrams. */
#include "tests/diff/socket.h"

int main(void)
{
    struct sockaddr_un name;
    socklen_t length = unix_address(&name, "server");
    int server = socket(AF_UNIX, SOCK_DGRAM, 0);
    int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int pair[2];
    char text[16];
    int count = 0;

    NEED(unix_bind(server, "server") == 0);
    while (sendto(client, "x", 1, 0, (struct sockaddr *)&name, length) == 1)
        count++;
    printf("%d datagrams, then %s\n", count, error_name(errno));
    say_poll("unconnected", client);
    NEED(unix_connect(client, "server") == 0);
    say_poll("connected", client);
    SHOW(recv(server, text, 16, 0));
    say_poll("after one was read", client);
    SHOW(send(client, "x", 1, 0));
    SHOW(send(client, "x", 1, 0));
    NEED(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0);
    for (count = 0; send(pair[0], "x", 1, 0) == 1; count++)
        continue;
    printf("%s; more than 11: %s\n", error_name(errno), count > 11 ? "yes" : "no");
    say_poll("full pair", pair[0]);
    while (recv(pair[1], text, 16, 0) == 1)
        count--;
    printf("left %d\n", count);
    say_poll("empty pair", pair[0]);
    static char large[300000];
    SHOW(send(pair[0], large, sizeof large, 0));
    SHOW(send(pair[0], large, 100000, 0));
    SHOW(recv(pair[1], large, sizeof large, 0));
    /* a blocked sender goes on when the receiver reads */
    NEED(fcntl(client, F_SETFL, 0) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 30; i++)
            NEED(send(client, "y", 1, 0) == 1);
        _exit(5);
    }
    for (int i = 0; i < 11 + 30; i++)
        NEED(recv(server, text, 16, 0) == 1);
    int status;
    NEED(waitpid(pid, &status, 0) == pid);
    printf("sender %d\n", WEXITSTATUS(status));
    return 0;
}
