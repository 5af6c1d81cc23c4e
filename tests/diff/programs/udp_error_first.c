/* SPDX-License-Identifier: MIT */
/* An error that a datagram brought about is told before the datagrams that wait, by each way to receive. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void show(const char *what, ssize_t result)
{
    printf("%s: %zd %s\n", what, result, result < 0 ? strerror(errno) : "");
}

static int bound(struct sockaddr_in *name)
{
    socklen_t length = sizeof *name;
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    *name = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bind(s, (struct sockaddr *)name, length);
    getsockname(s, (struct sockaddr *)name, &length);
    return s;
}

int main(void)
{
    for (int way = 0; way < 2; way++) {
        struct sockaddr_in here, there;
        int a = bound(&here), b = bound(&there);
        char buffer[8];
        struct iovec part = {buffer, sizeof buffer};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

        connect(a, (struct sockaddr *)&there, sizeof there);
        sendto(b, "x", 1, 0, (struct sockaddr *)&here, sizeof here);
        close(b);
        show("to a port that nobody has", send(a, "y", 1, 0));
        for (int i = 0; i < 3; i++)
            if (way)
                show("recvmsg", recvmsg(a, &message, MSG_DONTWAIT));
            else
                show("recvfrom", recvfrom(a, buffer, sizeof buffer, MSG_DONTWAIT, NULL, NULL));
        close(a);
    }
    return 0;
}
