/* SPDX-License-Identifier: MIT */
/* unix_credentials_merge.c - a stream's receive ends where another sender begins. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char control[256];
    char text[64];

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    SHOW(set_number(pair[1], SOL_SOCKET, SO_PASSCRED, 1));
    NEED(write(pair[0], "one", 3) == 3);
    NEED(write(pair[0], "two", 3) == 3);
    if (fork() == 0) {
        NEED(write(pair[0], "child", 5) == 5);
        _exit(0);
    }
    wait(NULL);
    NEED(write(pair[0], "three", 5) == 5);
    for (int i = 0; i < 3; i++) {
        struct iovec part = {text, sizeof text};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        ssize_t got = recvmsg(pair[1], &message, MSG_DONTWAIT);
        struct ucred cred = {0};
        if (got > 0 && CMSG_FIRSTHDR(&message))
            memcpy(&cred, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof cred);
        printf("%zd %.*s %s\n", got, (int)(got > 0 ? got : 0), text,
               cred.pid == getpid() ? "mine" : "another's");
    }
    /* without SO_PASSCRED they merge */
    SHOW(set_number(pair[1], SOL_SOCKET, SO_PASSCRED, 0));
    NEED(write(pair[0], "four", 4) == 4);
    SHOW(set_number(pair[1], SOL_SOCKET, SO_PASSCRED, 1));
    NEED(write(pair[0], "five", 4) == 4);
    SHOW(set_number(pair[1], SOL_SOCKET, SO_PASSCRED, 0));
    SHOW(read(pair[1], text, sizeof text));
    /* descriptors end a receive as well */
    NEED(write(pair[0], "aa", 2) == 2);
    int fd = 0;
    NEED(send_descriptors(pair[0], "bb", &fd, 1) == 2);
    NEED(write(pair[0], "cc", 2) == 2);
    int got[2];
    printf("%zu\n", receive_descriptors(pair[1], got, 2, 0));
    printf("%zu\n", receive_descriptors(pair[1], got, 2, 0));
    NEED(send_descriptors(pair[0], "dd", &fd, 1) == 2);
    NEED(send_descriptors(pair[0], "ee", &fd, 1) == 2);
    SHOW(read(pair[1], text, 1));
    SHOW(read(pair[1], text, 60));
    SHOW(recv(pair[1], text, 60, MSG_DONTWAIT));
    return 0;
}
