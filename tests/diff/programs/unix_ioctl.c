/* SPDX-License-Identifier: MIT */
/* unix_ioctl.c - FIONREAD, SIOCOUTQ, FIONBIO. */
#include "tests/diff/socket.h"
#define SIOCOUTQ TIOCOUTQ

int main(void)
{
    int pair[2];
    int value = -1;
    char text[16];

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    NEED(write(pair[0], "abcdef", 6) == 6);
    SHOW(ioctl(pair[1], FIONREAD, &value));
    printf("%d\n", value);
    SHOW(ioctl(pair[0], SIOCOUTQ, &value));
    TELL(value > 0);
    NEED(read(pair[1], text, 16) == 6);
    SHOW(ioctl(pair[0], SIOCOUTQ, &value));
    printf("%d\n", value);
    SHOW(ioctl(pair[1], FIONREAD, BAD_POINTER));
    value = 1;
    SHOW(ioctl(pair[1], FIONBIO, &value));
    SHOW(read(pair[1], text, 1));
    value = 0;
    SHOW(ioctl(pair[1], FIONBIO, &value));
    SHOW(fcntl(pair[1], F_GETFL) & O_NONBLOCK);
    SHOW(ioctl(unix_listener(SOCK_STREAM, "n", 1), FIONREAD, &value));
    SHOW(ioctl(pair[1], 0x5401, &text));
    SHOW(ioctl(pair[1], 0x12345678, &text));
    return 0;
}
