/* SPDX-License-Identifier: MIT */
/* unix_not_a_socket.c - socket calls on other descriptors. */
#include "tests/diff/socket.h"

int main(void)
{
    int fd = open("/dev/null", O_RDWR);
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    char byte;
    struct msghdr message = {0};
    int one = 1;

    for (int round = 0; round < 2; round++) {
        SHOW(bind(fd, (struct sockaddr *)&name, length));
        SHOW(connect(fd, (struct sockaddr *)&name, length));
        SHOW(listen(fd, 1));
        SHOW(accept(fd, NULL, NULL));
        SHOW(accept4(fd, NULL, NULL, 0));
        SHOW(accept4(fd, NULL, NULL, 1));
        SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
        SHOW(getpeername(fd, (struct sockaddr *)&name, &length));
        SHOW(send(fd, &byte, 1, 0));
        SHOW(recv(fd, &byte, 1, 0));
        SHOW(sendmsg(fd, &message, 0));
        SHOW(recvmsg(fd, &message, 0));
        SHOW(shutdown(fd, SHUT_RD));
        SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
        SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, &length));
        fd = 77;
    }
    fd = open("/", O_PATH);
    SHOW(listen(fd, 1));
    return 0;
}
