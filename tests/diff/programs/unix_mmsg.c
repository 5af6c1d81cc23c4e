/* SPDX-License-Identifier: MIT */
/* unix_mmsg.c - sendmmsg and recvmmsg. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char text[4][16];
    struct iovec out[4] = {{"a", 1}, {"bb", 2}, {"ccc", 3}, {"dddd", 4}}, in[4];
    struct mmsghdr send_list[4] = {0}, list[4] = {0};

    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    for (int i = 0; i < 4; i++) {
        send_list[i].msg_hdr.msg_iov = &out[i];
        send_list[i].msg_hdr.msg_iovlen = 1;
        in[i] = (struct iovec){text[i], 16};
        list[i].msg_hdr.msg_iov = &in[i];
        list[i].msg_hdr.msg_iovlen = 1;
    }
    SHOW(sendmmsg(pair[0], send_list, 4, 0));
    for (int i = 0; i < 4; i++)
        printf("%u ", send_list[i].msg_len);
    printf("\n");
    SHOW(recvmmsg(pair[1], list, 3, 0, NULL));
    for (int i = 0; i < 3; i++)
        printf("%u %.*s\n", list[i].msg_len, (int)list[i].msg_len, text[i]);
    SHOW(recvmmsg(pair[1], list, 4, MSG_WAITFORONE, NULL));
    SHOW(recvmmsg(pair[1], list, 4, MSG_DONTWAIT, NULL));
    NEED(sendmmsg(pair[0], send_list, 2, 0) == 2);
    struct timespec none = {0, 0};
    SHOW(recvmmsg(pair[1], list, 4, 0, &none)); /* the time is over after the first */
    SHOW(sendmmsg(pair[0], send_list, 0, 0));
    send_list[1].msg_hdr.msg_iov = BAD_POINTER;
    SHOW(sendmmsg(pair[0], send_list, 4, 0));
    SHOW(sendmmsg(pair[0], send_list + 1, 3, 0));
    SHOW(sendmmsg(pair[0], BAD_POINTER, 1, 0));
    none.tv_nsec = -1;
    SHOW(recvmmsg(pair[1], list, 4, 0, &none));
    return 0;
}
