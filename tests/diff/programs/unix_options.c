/* SPDX-License-Identifier: MIT */
/* unix_options.c - options of SOL_SOCKET. */
#include "tests/diff/socket.h"
#include <sys/time.h>

int main(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int names[] = {SO_REUSEADDR, SO_TYPE,     SO_ERROR,    SO_DONTROUTE,
                   SO_BROADCAST, SO_SNDBUF,   SO_RCVBUF,   SO_KEEPALIVE,
                   SO_OOBINLINE, SO_RCVLOWAT, SO_SNDLOWAT, SO_ACCEPTCONN,
                   SO_PROTOCOL,  SO_DOMAIN,   SO_PRIORITY, SO_PASSCRED};
    int value;
    socklen_t length;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        printf("option %d: %d\n", names[i], option_number(fd, SOL_SOCKET, names[i]));
        value = 1;
        errno = 0;
        int result = setsockopt(fd, SOL_SOCKET, names[i], &value, sizeof value);
        printf("  set: %d %s, then %d\n", result, error_name(errno),
               option_number(fd, SOL_SOCKET, names[i]));
    }
    SHOW(set_number(fd, SOL_SOCKET, SO_SNDBUF, 10000));
    SHOW(option_number(fd, SOL_SOCKET, SO_SNDBUF));
    SHOW(set_number(fd, SOL_SOCKET, SO_RCVBUF, 10000));
    SHOW(option_number(fd, SOL_SOCKET, SO_RCVBUF));
    SHOW(set_number(fd, SOL_SOCKET, SO_RCVLOWAT, 0));
    SHOW(option_number(fd, SOL_SOCKET, SO_RCVLOWAT));
    struct timeval time = {1, 500000};
    SHOW(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time));
    memset(&time, 0, sizeof time);
    length = sizeof time;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &length));
    printf("%ld.%06ld\n", (long)time.tv_sec, (long)time.tv_usec);
    time.tv_usec = 1000000;
    SHOW(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, 8));
    struct linger linger = {1, 5};
    SHOW(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    length = sizeof linger;
    memset(&linger, 0, sizeof linger);
    SHOW(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length));
    printf("%d %d\n", linger.l_onoff, linger.l_linger);
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 3));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, BAD_POINTER, 4));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, (socklen_t)-1));
    SHOW(setsockopt(fd, SOL_SOCKET, 9999, &value, sizeof value));
    SHOW(setsockopt(fd, 6, 1, &value, sizeof value));
    SHOW(getsockopt(fd, 6, 1, &value, &length));
    length = sizeof value;
    SHOW(getsockopt(fd, SOL_SOCKET, 9999, &value, &length));
    length = 2;
    value = -1;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
    printf("%#x %u\n", (unsigned)value, (unsigned)length);
    length = (socklen_t)-1;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
    SHOW(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, BAD_POINTER));
    length = 100;
    char large[100];
    SHOW(getsockopt(fd, SOL_SOCKET, SO_TYPE, large, &length));
    printf("%u\n", (unsigned)length);
    return 0;
}
