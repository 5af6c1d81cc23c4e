/* SPDX-License-Identifier: MIT */
/* unix_flags.c - MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_TRUNC on streams. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char text[64] = "";

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    SHOW(recv(pair[0], text, 4, MSG_DONTWAIT));
    NEED(write(pair[0], "abcdef", 6) == 6);
    SHOW(recv(pair[1], text, 3, MSG_PEEK));
    SHOW(recv(pair[1], text, 64, MSG_PEEK));
    SHOW(recv(pair[1], text, 2, MSG_TRUNC));
    SHOW(recv(pair[1], text, 64, MSG_WAITALL | MSG_DONTWAIT));
    printf("%.4s\n", text);
    if (fork() == 0) {
        for (int i = 0; i < 5; i++)
            NEED(write(pair[0], "12", 2) == 2);
        _exit(0);
    }
    SHOW(recv(pair[1], text, 10, MSG_WAITALL));
    wait(NULL);
    NEED(write(pair[0], "xyz", 3) == 3);
    shutdown(pair[0], SHUT_WR);
    SHOW(recv(pair[1], text, 10, MSG_WAITALL));
    SHOW(recv(pair[1], text, 10, MSG_WAITALL));
    SHOW(recv(pair[0], text, 10, MSG_OOB));
    return 0;
}
