/* SPDX-License-Identifier: MIT */
/* unix_async.c - SIGIO of a socket, turned on by ioctl. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    int on = 1;

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    catch_signal(SIGIO, 0);
    SHOW(ioctl(pair[0], FIOASYNC, BAD_POINTER));
    SHOW(ioctl(pair[0], FIOASYNC, &on));
    TELL(fcntl(pair[0], F_GETFL) & O_ASYNC);
    SHOW(fcntl(pair[0], F_SETOWN, getpid()));
    NEED(write(pair[1], "x", 1) == 1);
    printf("%d caught\n", (int)caught_count);
    on = 0;
    SHOW(ioctl(pair[0], FIOASYNC, &on));
    TELL(fcntl(pair[0], F_GETFL) & O_ASYNC);
    NEED(write(pair[1], "x", 1) == 1);
    printf("%d caught\n", (int)caught_count);
    return 0;
}
