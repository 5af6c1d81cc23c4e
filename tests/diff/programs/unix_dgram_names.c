/* SPDX-License-Identifier: MIT */
/* unix_dgram_names.c - datagrams with names: sendto, recvfrom, connect, who may send. */
#include "tests/diff/socket.h"

int main(void)
{
    struct sockaddr_un name;
    socklen_t length = unix_address(&name, "server");
    char text[64] = "";
    int server = socket(AF_UNIX, SOCK_DGRAM, 0);
    int client = socket(AF_UNIX, SOCK_DGRAM, 0);
    int third = socket(AF_UNIX, SOCK_DGRAM, 0);

    NEED(unix_bind(server, "server") == 0);
    SHOW(sendto(client, "anonymous", 9, 0, (struct sockaddr *)&name, length));
    SHOW(recvfrom(server, text, 64, 0, (struct sockaddr *)&name, &length));
    say_unix_address("from", &name, length);
    NEED(unix_bind(client, "client") == 0);
    length = unix_address(&name, "server");
    SHOW(sendto(client, "named", 5, 0, (struct sockaddr *)&name, length));
    length = sizeof name;
    SHOW(recvfrom(server, text, 64, 0, (struct sockaddr *)&name, &length));
    say_unix_address("from", &name, length);
    SHOW(sendto(server, "reply", 5, 0, (struct sockaddr *)&name, length));
    SHOW(recv(client, text, 64, 0));
    SHOW(unix_connect(client, "server"));
    SHOW(send(client, "connected", 9, 0));
    length = sizeof name;
    SHOW(getpeername(client, (struct sockaddr *)&name, &length));
    say_unix_address("peer", &name, length);
    SHOW(unix_connect(server, "client"));
    length = unix_address(&name, "server");
    SHOW(sendto(third, "x", 1, 0, (struct sockaddr *)&name, length)); /* connected elsewhere */
    SHOW(unix_connect(third, "server"));
    SHOW(recv(server, text, 64, MSG_DONTWAIT));
    struct sockaddr unspec = {.sa_family = AF_UNSPEC};
    SHOW(connect(server, &unspec, sizeof unspec));
    SHOW(option_number(client, SOL_SOCKET, SO_ERROR));
    SHOW(sendto(third, "x", 1, 0, (struct sockaddr *)&name, length));
    length = unix_address(&name, "nowhere");
    SHOW(sendto(third, "x", 1, 0, (struct sockaddr *)&name, length));
    SHOW(sendto(third, "x", 1, 0, (struct sockaddr *)&name, 1));
    SHOW(sendto(third, "x", 1, 0, NULL, 0));
    close(server);
    SHOW(send(client, "x", 1, 0));
    SHOW(send(client, "x", 1, 0));
    length = unix_address(&name, "server");
    SHOW(sendto(third, "x", 1, 0, (struct sockaddr *)&name, length));
    SHOW(unlink("server"));
    SHOW(sendto(third, "x", 1, 0, (struct sockaddr *)&name, length));
    SHOW(unix_connect(third, "client"));
    SHOW(send(third, "self", 4, 0));
    int own = socket(AF_UNIX, SOCK_DGRAM, 0);
    NEED(unix_bind(own, "own") == 0);
    SHOW(unix_connect(own, "own"));
    SHOW(send(own, "to myself", 9, 0));
    SHOW(recv(own, text, 64, 0));
    return 0;
}
