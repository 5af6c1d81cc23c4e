/* SPDX-License-Identifier: MIT */
/* udp_full.c - a full receiver loses datagrams; the sender is never told. */
#include "tests/diff/socket.h"

int main(void)
{
    int a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    static char block[1000];
    int sent = 0, got = 0;

    NEED(inet_bind(a, AF_INET, 0) == 0 && set_number(a, SOL_SOCKET, SO_RCVBUF, 20000) == 0);
    NEED(inet_connect(b, AF_INET, inet_port(a)) == 0);
    for (int i = 0; i < 200; i++)
        sent += send(b, block, sizeof block, 0) == (ssize_t)sizeof block;
    while (recv(a, block, sizeof block, MSG_DONTWAIT) == (ssize_t)sizeof block)
        got++;
    printf("sent %d\n", sent);
    TELL(got > 0 && got < 60);
    say_poll("sender", b);
    return 0;
}
