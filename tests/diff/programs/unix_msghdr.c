/* SPDX-License-Identifier: MIT */
/* unix_msghdr.c - struct msghdr: what is refused and what comes back. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char text[16], control[64];
    struct sockaddr_un name;
    struct iovec part = {text, 16};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    static struct iovec many[1025];

    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    SHOW(sendmsg(pair[0], &message, 0));
    message.msg_name = &name;
    message.msg_namelen = sizeof name;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    message.msg_flags = 0x1234;
    SHOW(recvmsg(pair[1], &message, 0));
    printf("name %u control %zu flags %#x\n", (unsigned)message.msg_namelen,
           (size_t)message.msg_controllen, (unsigned)message.msg_flags);
    SHOW(sendmsg(pair[0], BAD_POINTER, 0));
    SHOW(recvmsg(pair[0], BAD_POINTER, 0));
    struct msghdr bad = {.msg_iov = BAD_POINTER, .msg_iovlen = 1};
    SHOW(sendmsg(pair[0], &bad, 0));
    for (int i = 0; i < 1025; i++)
        many[i] = (struct iovec){text, 1};
    bad.msg_iov = many;
    bad.msg_iovlen = 1024;
    SHOW(sendmsg(pair[0], &bad, 0));
    SHOW(recv(pair[1], text, 16, MSG_TRUNC));
    bad.msg_iovlen = 1025;
    SHOW(sendmsg(pair[0], &bad, 0));
    bad.msg_iovlen = 1;
    bad.msg_control = BAD_POINTER;
    bad.msg_controllen = 32;
    SHOW(sendmsg(pair[0], &bad, 0));
    memset(control, 0, sizeof control);
    bad.msg_control = control;
    SHOW(sendmsg(pair[0], &bad, 0)); /* cmsg_len 0 */
    struct cmsghdr *header = (struct cmsghdr *)control;
    header->cmsg_len = CMSG_LEN(4);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = 77;
    SHOW(sendmsg(pair[0], &bad, 0));
    header->cmsg_level = 41;
    SHOW(sendmsg(pair[0], &bad, 0));
    header->cmsg_len = 1000;
    SHOW(sendmsg(pair[0], &bad, 0));
    many[0].iov_len = (size_t)-1;
    bad.msg_controllen = 0;
    SHOW(sendmsg(pair[0], &bad, 0));
    message.msg_namelen = (socklen_t)-1;
    SHOW(sendmsg(pair[0], &message, 0));
    return 0;
}
