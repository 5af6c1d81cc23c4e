/* SPDX-License-Identifier: MIT */
/* tcp_flags.c - MSG_WAITALL, MSG_PEEK, MSG_TRUNC, MSG_MORE; readv, sendfile, ioctl. */
#include "tests/diff/socket.h"

int main(void)
{
    int client, server, value = -1;
    char text[64] = "", a[4];
    struct iovec in[2] = {{a, 4}, {text, 60}};

    tcp_connected(AF_INET, &client, &server);
    NEED(send(client, "abcdefgh", 8, 0) == 8);
    await(server, POLLIN);
    SHOW(recv(server, text, 4, MSG_PEEK));
    SHOW(recv(server, text, 3, MSG_TRUNC));
    SHOW(recv(server, text, 5, MSG_WAITALL));
    printf("%.5s\n", text);
    if (fork() == 0) {
        for (int i = 0; i < 4; i++)
            NEED(send(client, "xyz", 3, i < 3 ? MSG_MORE : 0) == 3);
        _exit(0);
    }
    SHOW(recv(server, text, 12, MSG_WAITALL));
    wait(NULL);
    NEED(send(client, "12", 2, 0) == 2);
    SHOW(readv(server, in, 2));
    NEED(send(client, "123456", 6, 0) == 6);
    await(server, POLLIN);
    SHOW(ioctl(server, FIONREAD, &value));
    printf("%d\n", value);
    SHOW(readv(server, in, 2));
    union inet_address address;
    socklen_t length = sizeof address;
    NEED(send(client, "named", 5, 0) == 5);
    SHOW(recvfrom(server, text, 64, 0, &address.any, &length));
    printf("length %u\n", (unsigned)length);
    inet_loopback(&address, AF_INET, 1);
    SHOW(sendto(client, "to", 2, 0, &address.any,
                sizeof address.v4)); /* the address does not matter */
    SHOW(recv(server, text, 64, 0));
    int file = open("file", O_CREAT | O_RDWR, 0644);
    static char block[100000], back[100000];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i * 7 + i / 256);
    NEED(write(file, block, sizeof block) == sizeof block);
    off_t offset = 0;
    size_t sent = 0;
    while (sent < sizeof block) {
        ssize_t done = sendfile(client, file, &offset, sizeof block - sent);
        NEED(done > 0);
        sent += (size_t)done;
    }
    SHOW(recv(server, back, sizeof back, MSG_WAITALL));
    TELL(memcmp(block, back, sizeof block) == 0);
    SHOW(recv(server, text, 1, MSG_OOB));
    struct timeval soon = {0, 20000};
    NEED(setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon) == 0);
    SHOW(recv(server, text, 1, 0));
    return 0;
}
