/* SPDX-License-Identifier: MIT */
/* unix_bind_lengths.c - lengths of addresses. */
#include "tests/diff/socket.h"

int main(void)
{
    struct sockaddr_un name;
    socklen_t length;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memset(&name, 'a', sizeof name);
    name.sun_family = AF_UNIX;
    SHOW(bind(fd, (struct sockaddr *)&name, sizeof name)); /* no NUL: 108 characters */
    length = sizeof name;
    char large[128];
    memset(large, 'x', sizeof large);
    length = sizeof large;
    SHOW(getsockname(fd, (struct sockaddr *)large, &length));
    printf("%u bytes, %zu characters\n", (unsigned)length, strnlen(large + 2, 126));
    length = 5;
    memset(&name, 'x', sizeof name);
    SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
    printf("%u bytes %.5s\n", (unsigned)length, name.sun_path);
    length = 0;
    SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
    printf("%u bytes\n", (unsigned)length);
    length = (socklen_t)-1;
    SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
    SHOW(getsockname(fd, (struct sockaddr *)&name, BAD_POINTER));
    length = 10;
    SHOW(getsockname(fd, BAD_POINTER, &length));
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    memset(&name, 0, sizeof name);
    name.sun_family = AF_UNIX;
    SHOW(bind(fd, (struct sockaddr *)&name, 0));
    SHOW(bind(fd, (struct sockaddr *)&name, 1));
    SHOW(bind(fd, (struct sockaddr *)&name, 111));
    SHOW(bind(fd, (struct sockaddr *)&name, 129));
    SHOW(bind(fd, (struct sockaddr *)&name, (socklen_t)-1));
    SHOW(bind(fd, BAD_POINTER, sizeof name));
    name.sun_family = AF_INET;
    SHOW(bind(fd, (struct sockaddr *)&name, sizeof name));
    name.sun_family = AF_UNIX;
    name.sun_path[0] = 'b';
    SHOW(bind(fd, (struct sockaddr *)&name, 3));
    length = sizeof name;
    SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
    say_unix_address("short", &name, length);
    return 0;
}
