/* SPDX-License-Identifier: MIT */
/* unix_pair_dgram.c - messages keep their borders; truncation; empty ones. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char buffer[64] = "";

    for (int round = 0; round < 2; round++) {
        NEED(socketpair(AF_UNIX, round ? SOCK_SEQPACKET : SOCK_DGRAM, 0, pair) == 0);
        SHOW(send(pair[0], "first", 5, 0));
        SHOW(send(pair[0], "", 0, 0));
        SHOW(send(pair[0], "third message", 13, 0));
        SHOW(send(pair[0], "fourth", 6, MSG_EOR));
        SHOW(recv(pair[1], buffer, 64, MSG_PEEK));
        SHOW(recv(pair[1], buffer, 2, MSG_PEEK | MSG_TRUNC));
        SHOW(recv(pair[1], buffer, 64, 0));
        SHOW(recv(pair[1], buffer, 64, 0));
        int available = -1;
        SHOW(ioctl(pair[1], FIONREAD, &available));
        printf("available %d\n", available);
        SHOW(recv(pair[1], buffer, 4, 0)); /* the rest is lost */
        int none;
        receive_descriptors(pair[1], &none, 0, 0);
        SHOW(recv(pair[1], buffer, 64, MSG_DONTWAIT));
        struct iovec part = {buffer, 3};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        SHOW(send(pair[0], "truncated", 9, 0));
        SHOW(recvmsg(pair[1], &message, 0));
        printf("flags %#x\n", (unsigned)message.msg_flags);
        SHOW(send(pair[0], "truncated", 9, 0));
        SHOW(recvmsg(pair[1], &message, MSG_TRUNC));
        printf("flags %#x\n", (unsigned)message.msg_flags);
        close(pair[0]);
        SHOW(recv(pair[1], buffer, 64, MSG_DONTWAIT));
        SHOW(send(pair[1], "x", 1, MSG_NOSIGNAL));
        SHOW(send(pair[1], "x", 1, MSG_NOSIGNAL));
        close(pair[1]);
    }
    return 0;
}
