/* SPDX-License-Identifier: MIT */
/* unix_close_pending.c - connections that nobody accepted end with the listening socket. */
#include "tests/diff/socket.h"

int main(void)
{
    char byte;
    int listener = unix_listener(SOCK_STREAM, "server", 4);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);

    NEED(unix_connect(client, "server") == 0);
    NEED(write(client, "x", 1) == 1);
    close(listener);
    say_poll("client", client);
    SHOW(option_number(client, SOL_SOCKET, SO_ERROR) == ECONNRESET);
    SHOW(option_number(client, SOL_SOCKET, SO_ERROR));
    SHOW(read(client, &byte, 1));
    SHOW(send(client, "x", 1, MSG_NOSIGNAL));
    listener = unix_listener(SOCK_STREAM, "second", 4);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    NEED(unix_connect(client, "second") == 0);
    SHOW(shutdown(listener, SHUT_RD));
    SHOW_OK(accept(listener, NULL, NULL));
    SHOW(accept(listener, NULL, NULL));
    int late = socket(AF_UNIX, SOCK_STREAM, 0);
    SHOW(unix_connect(late, "second"));
    say_poll("listener", listener);
    return 0;
}
