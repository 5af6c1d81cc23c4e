/* SPDX-License-Identifier: MIT */
/* udp_control.c - what comes with a datagram: addresses, TTL, TOS, time. */
#include "tests/diff/socket.h"

static void say_control(int fd)
{
    char control[256] = {0}, text[64];
    struct iovec part = {text, sizeof text};
    union inet_address from;
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(fd, &message, 0);

    printf("%zd flags %#x\n", got, (unsigned)message.msg_flags);
    say_inet_address("  from", &from, message.msg_namelen);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
         header = CMSG_NXTHDR(&message, header)) {
        size_t length = (size_t)header->cmsg_len - CMSG_LEN(0);
        printf("  level %d type %d length %zu", header->cmsg_level, header->cmsg_type, length);
        if (header->cmsg_level != SOL_SOCKET)
            for (size_t i = 0; i < length; i++)
                printf(" %02x", CMSG_DATA(header)[i]);
        printf("\n");
    }
}

static void each(int family)
{
    int a = socket(family, SOCK_DGRAM, 0), b = socket(family, SOCK_DGRAM, 0);
    union inet_address address;

    NEED(inet_bind(a, family, 0) == 0);
    if (family == AF_INET) {
        SHOW(set_number(a, IPPROTO_IP, IP_PKTINFO, 1));
        SHOW(set_number(a, IPPROTO_IP, IP_RECVTTL, 1));
        SHOW(set_number(a, IPPROTO_IP, IP_RECVTOS, 1));
        SHOW(set_number(b, IPPROTO_IP, IP_TTL, 9));
        SHOW(set_number(b, IPPROTO_IP, IP_TOS, 8));
    } else {
        SHOW(set_number(a, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
        SHOW(set_number(a, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
        SHOW(set_number(a, IPPROTO_IPV6, IPV6_RECVTCLASS, 1));
        SHOW(set_number(b, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9));
        SHOW(set_number(b, IPPROTO_IPV6, IPV6_TCLASS, 8));
    }
    socklen_t length = inet_loopback(&address, family, inet_port(a));
    SHOW(sendto(b, "abc", 3, 0, &address.any, length));
    say_control(a);
    SHOW(set_number(a, SOL_SOCKET, SO_TIMESTAMP, 1));
    SHOW(sendto(b, "abc", 3, 0, &address.any, length));
    say_control(a);
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
