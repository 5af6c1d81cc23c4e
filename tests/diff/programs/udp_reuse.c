/* SPDX-License-Identifier: MIT */
/* udp_reuse.c - several sockets at one port. */
#include "tests/diff/socket.h"

static int bound(int port, int name)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (name)
        set_number(fd, SOL_SOCKET, name, 1);
    if (inet_bind(fd, AF_INET, port) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int main(void)
{
    int a = bound(0, 0), port = inet_port(a);

    SHOW(bound(port, 0));
    SHOW(bound(port, SO_REUSEADDR));
    close(a);
    a = bound(0, SO_REUSEADDR);
    port = inet_port(a);
    SHOW(bound(port, 0));
    int b = bound(port, SO_REUSEADDR);
    TELL(b >= 0);
    int c = socket(AF_INET, SOCK_DGRAM, 0);
    union inet_address address;
    socklen_t length = inet_loopback(&address, AF_INET, port);
    NEED(sendto(c, "x", 1, 0, &address.any, length) == 1);
    struct pollfd pollers[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
    SHOW(poll(pollers, 2, 5000));
    printf("first %d second %d\n", pollers[0].revents & POLLIN, pollers[1].revents & POLLIN);
    close(a);
    close(b);
    a = bound(0, SO_REUSEPORT);
    port = inet_port(a);
    b = bound(port, SO_REUSEPORT);
    TELL(b >= 0);
    SHOW(bound(port, SO_REUSEADDR));
    length = inet_loopback(&address, AF_INET, port);
    for (int i = 0; i < 40; i++) {
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        NEED(sendto(fd, "x", 1, 0, &address.any, length) == 1);
        close(fd);
    }
    int got[2] = {0, 0};
    char text;
    for (int i = 0; i < 40; i++) {
        pollers[0] = (struct pollfd){.fd = a, .events = POLLIN};
        pollers[1] = (struct pollfd){.fd = b, .events = POLLIN};
        NEED(poll(pollers, 2, 5000) > 0);
        for (int j = 0; j < 2; j++)
            while (recv(pollers[j].fd, &text, 1, MSG_DONTWAIT) == 1)
                got[j]++, i += j >= 0;
        i--;
    }
    TELL(got[0] + got[1] == 40);
    TELL(got[0] > 0 && got[1] > 0);
    SHOW(sendto(c, "x", 1, 0,
                (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_INET,
                                                         .sin_port = htons(9),
                                                         .sin_addr.s_addr = INADDR_BROADCAST},
                sizeof(struct sockaddr_in)));
    return 0;
}
