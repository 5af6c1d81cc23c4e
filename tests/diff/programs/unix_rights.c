/* SPDX-License-Identifier: MIT */
/* unix_rights.c - descriptors in messages. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2], fds[4], got[8];
    char buffer[64] = "";

    for (int round = 0; round < 3; round++) {
        int kinds[3] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
        NEED(socketpair(AF_UNIX, kinds[round], 0, pair) == 0);
        NEED(pipe(fds) == 0);
        fds[2] = open("/dev/zero", O_RDONLY);
        SHOW(send_descriptors(pair[0], "two", fds, 2));
        SHOW(send_descriptors(pair[0], "none", NULL, 0));
        SHOW(send_descriptors(pair[0], "three", fds, 3));
        size_t count = receive_descriptors(pair[1], got, 4, 0);
        printf("%zu\n", count);
        NEED(write(got[1], "through", 7) == 7);
        SHOW(read(fds[0], buffer, 64));
        SHOW(fcntl(got[0], F_GETFD));
        count = receive_descriptors(pair[1], got, 4, MSG_CMSG_CLOEXEC);
        printf("%zu\n", count);
        if (round == 0)
            SHOW(fcntl(got[2], F_GETFD));
        if (round)
            receive_descriptors(pair[1], got, 2, 0); /* room for two of three */
        SHOW(send_descriptors(pair[0], "lost", fds, 1));
        SHOW(read(pair[1], buffer, 64)); /* read drops them */
        SHOW(send_descriptors(pair[0], "noroom", fds, 1));
        receive_descriptors(pair[1], got, 0, 0);
        SHOW(send_descriptors(pair[0], "peeked", fds, 1));
        printf("%zu\n", receive_descriptors(pair[1], got, 1, MSG_PEEK));
        printf("%zu\n", receive_descriptors(pair[1], got, 1, 0));
        fds[1] = 99;
        SHOW(send_descriptors(pair[0], "bad", fds, 2));
        SHOW(recv(pair[1], buffer, 64, MSG_DONTWAIT));
        int many[254];
        for (int i = 0; i < 254; i++)
            many[i] = fds[0];
        SHOW(send_descriptors(pair[0], "most", many, 253));
        printf("%zu\n", receive_descriptors(pair[1], (int[256]){0}, 253, 0));
        SHOW(send_descriptors(pair[0], "too many", many, 254));
        for (int i = 3; i < 600; i++)
            close(i);
    }
    return 0;
}
