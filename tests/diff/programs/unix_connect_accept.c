/* SPDX-License-Identifier: MIT */
/* unix_connect_accept.c - a connection made through a name, with who is who. */
#include "tests/diff/socket.h"

int main(void)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    char buffer[16] = "";
    int listener = unix_listener(SOCK_STREAM, "server", 2);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);

    say_poll("listener", listener);
    NEED(unix_bind(client, "client") == 0);
    SHOW(unix_connect(client, "server"));
    say_poll("listener with a connection", listener);
    SHOW(write(client, "early", 5)); /* before accept */
    int server = accept4(listener, (struct sockaddr *)&name, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    TELL(server >= 0);
    say_unix_address("accepted", &name, length);
    SHOW(fcntl(server, F_GETFD));
    SHOW(fcntl(server, F_GETFL) & O_NONBLOCK);
    length = sizeof name;
    SHOW(getsockname(server, (struct sockaddr *)&name, &length));
    say_unix_address("server", &name, length);
    length = sizeof name;
    SHOW(getpeername(client, (struct sockaddr *)&name, &length));
    say_unix_address("client's peer", &name, length);
    SHOW(read(server, buffer, 16));
    SHOW(read(server, buffer, 16));
    SHOW(unix_connect(client, "server"));
    SHOW(unix_connect(listener, "server"));
    SHOW(listen(client, 3));
    SHOW(read(listener, buffer, 1));
    SHOW(write(listener, buffer, 1));
    SHOW(option_number(listener, SOL_SOCKET, SO_ACCEPTCONN));
    SHOW(option_number(server, SOL_SOCKET, SO_ACCEPTCONN));
    length = sizeof name;
    SHOW(recvfrom(server, buffer, 16, MSG_DONTWAIT, (struct sockaddr *)&name, &length));
    NEED(write(client, "named", 5) == 5);
    SHOW(recvfrom(server, buffer, 16, MSG_DONTWAIT, (struct sockaddr *)&name, &length));
    say_unix_address("from", &name, length);
    SHOW(sendto(client, "x", 1, 0, (struct sockaddr *)&name, length));
    SHOW(fcntl(listener, F_SETFL, O_NONBLOCK));
    SHOW(accept(listener, NULL, NULL));
    SHOW(accept(listener, (struct sockaddr *)&name, BAD_POINTER));
    close(listener);
    int late = socket(AF_UNIX, SOCK_STREAM, 0);
    SHOW(unix_connect(late, "server"));
    return 0;
}
