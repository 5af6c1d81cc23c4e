/* SPDX-License-Identifier: MIT */
/* unix_sendfile.c - sendfile to a stream and to a packet socket. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    static char block[20000], back[20000];
    int file = open("file", O_CREAT | O_RDWR, 0644);
    off_t offset = 100;

    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i * 13);
    NEED(write(file, block, sizeof block) == (ssize_t)sizeof block &&
         lseek(file, 0, SEEK_SET) == 0);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    SHOW(sendfile(pair[0], file, NULL, sizeof block));
    SHOW(recv(pair[1], back, sizeof back, MSG_WAITALL));
    TELL(memcmp(block, back, sizeof back) == 0);
    SHOW(sendfile(pair[0], file, &offset, 1000));
    printf("offset %ld position %ld\n", (long)offset, (long)lseek(file, 0, SEEK_CUR));
    SHOW(recv(pair[1], back, sizeof back, 0));
    TELL(memcmp(block + 100, back, 1000) == 0);
    SHOW(sendfile(file, pair[0], NULL, 10));
    close(pair[1]);
    signal(SIGPIPE, SIG_IGN);
    offset = 0;
    SHOW(sendfile(pair[0], file, &offset, 10));
    return 0;
}
