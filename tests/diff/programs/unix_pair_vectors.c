/* SPDX-License-Identifier: MIT */
/* unix_pair_vectors.c - readv and writev are one piece each. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char a[4], b[100];
    struct iovec out[3] = {{"one", 3}, {"", 0}, {"two", 3}};
    struct iovec in[2] = {{a, 4}, {b, 100}};

    for (int type = 0; type < 3; type++) {
        int kinds[3] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
        NEED(socketpair(AF_UNIX, kinds[type], 0, pair) == 0);
        SHOW(writev(pair[0], out, 3));
        SHOW(writev(pair[0], out, 1));
        SHOW(readv(pair[1], in, 2));
        printf("%.4s\n", a);
        SHOW(recv(pair[1], b, 100, MSG_DONTWAIT));
        SHOW(write(pair[0], "four", 4));
        SHOW(readv(pair[1], in, 2)); /* does not wait for the second buffer */
        SHOW(readv(pair[1], in, 0));
        close(pair[0]);
        close(pair[1]);
    }
    return 0;
}
