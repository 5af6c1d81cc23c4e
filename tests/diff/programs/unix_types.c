/* SPDX-License-Identifier: MIT */
/* unix_types.c - kinds do not mix. */
#include "tests/diff/socket.h"

int main(void)
{
    int kinds[3] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    char names[3][8] = {"s0", "s1", "s2"};

    for (int i = 0; i < 3; i++) {
        int fd = socket(AF_UNIX, kinds[i], 0);
        NEED(unix_bind(fd, names[i]) == 0);
        printf("%d: ", i);
        SHOW(listen(fd, 4));
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            int fd = socket(AF_UNIX, kinds[i], 0);
            printf("%d to %d: ", i, j);
            SHOW(unix_connect(fd, names[j]));
            printf("type %d domain %d protocol %d\n", option_number(fd, SOL_SOCKET, SO_TYPE),
                   option_number(fd, SOL_SOCKET, SO_DOMAIN),
                   option_number(fd, SOL_SOCKET, SO_PROTOCOL));
            close(fd);
        }
    }
    return 0;
}
