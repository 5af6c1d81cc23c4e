/* SPDX-License-Identifier: MIT */
/*
 * udp-echo.c - udp-echo by sockets: an ordinary program for Linux, or for the Linux LibOS.
 *
 * udp-echo [PORT]: the port is 7 if none is given. A datagram "quit" ends it, after it was sent back.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    static char bytes[65536];
    unsigned long echoed = 0;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    address.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 7));
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address)) {
        perror("udp-echo");
        return 1;
    }
    printf("udp-echo: port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);

        if (n < 0) {
            perror("udp-echo: recvfrom");
            return 1;
        }
        if (sendto(fd, bytes, (size_t)n, 0, (const struct sockaddr *)&from, length) == n)
            echoed++;
        if (n == 4 && !memcmp(bytes, "quit", 4))
            break;
    }
    printf("udp-echo: %lu datagrams\n", echoed);
    return 0;
}
