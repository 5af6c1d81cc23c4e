/* SPDX-License-Identifier: MIT */
/* tcp_options.c - options of TCP and IP. */
#include "tests/diff/socket.h"

static void try(int fd, int level, int name, int value)
{
    printf("level %d option %d: %d", level, name, option_number(fd, level, name));
    errno = 0;
    int result = set_number(fd, level, name, value);
    printf(", set %d: %d %s, then %d\n", value, result, error_name(errno),
           option_number(fd, level, name));
}

int main(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int six = socket(AF_INET6, SOCK_STREAM, 0);
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t length;

    try(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    try(fd, IPPROTO_TCP, TCP_NODELAY, 0);
    try(fd, IPPROTO_TCP, TCP_CORK, 1);
    try(fd, IPPROTO_TCP, TCP_MAXSEG, 1000);
    try(fd, IPPROTO_TCP, TCP_MAXSEG, 10);
    try(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    try(fd, IPPROTO_TCP, TCP_KEEPIDLE, 0);
    try(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    try(fd, IPPROTO_TCP, TCP_KEEPINTVL, 32768);
    try(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
    try(fd, IPPROTO_TCP, TCP_KEEPCNT, 128);
    try(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
    try(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, -1);
    try(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    try(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    try(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    try(fd, SOL_SOCKET, SO_BROADCAST, 1);
    try(fd, SOL_SOCKET, SO_PRIORITY, 5);
    try(fd, IPPROTO_IP, IP_TOS, 16);
    try(fd, IPPROTO_IP, IP_TTL, 17);
    try(fd, IPPROTO_IP, IP_TTL, 0);
    try(fd, IPPROTO_IP, IP_TTL, 256);
    try(fd, IPPROTO_IP, IP_TTL, -1);
    try(fd, IPPROTO_IP, IP_MTU_DISCOVER, 2);
    try(fd, IPPROTO_IP, IP_MTU_DISCOVER, 77);
    try(udp, IPPROTO_IP, IP_PKTINFO, 1);
    try(udp, IPPROTO_IP, IP_RECVTTL, 1);
    try(udp, IPPROTO_IP, IP_RECVTOS, 1);
    try(udp, IPPROTO_IP, IP_RECVERR, 1);
    try(udp, IPPROTO_IP, IP_TOS, 255);
    try(udp, IPPROTO_IP, IP_MULTICAST_TTL, 3);
    try(udp, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    try(six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    try(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
    try(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 300);
    try(six, IPPROTO_IPV6, IPV6_TCLASS, 12);
    try(six, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    SHOW(option_number(udp, IPPROTO_TCP, TCP_NODELAY));
    SHOW(set_number(udp, IPPROTO_TCP, TCP_NODELAY, 1));
    SHOW(option_number(fd, IPPROTO_IPV6, IPV6_V6ONLY));
    SHOW(set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    SHOW(option_number(fd, IPPROTO_IP, IP_MTU));
    char byte = 24;
    SHOW(setsockopt(udp, IPPROTO_IP, IP_TOS, &byte, 1));
    length = 1;
    SHOW(getsockopt(udp, IPPROTO_IP, IP_TOS, &byte, &length));
    printf("%d %u\n", byte, (unsigned)length);
    SHOW(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &byte, 1));
    SHOW(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, BAD_POINTER, 4));
    char name[16] = "";
    SHOW(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "no-such", 7));
    length = sizeof name;
    SHOW(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &length));
    printf("%u\n", (unsigned)length);
    length = sizeof name;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length));
    printf("%u\n", (unsigned)length);
    SHOW(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "no-such", 7));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, BAD_POINTER, 4));
    int client, server;
    tcp_connected(AF_INET, &client, &server);
    TELL(option_number(client, IPPROTO_IP, IP_MTU) > 1500);
    TELL(option_number(client, IPPROTO_TCP, TCP_MAXSEG) > 1400);
    struct tcp_info info;
    length = sizeof info;
    SHOW(getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &length));
    printf("state %d\n", info.tcpi_state);
    return 0;
}
