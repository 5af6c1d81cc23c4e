/* SPDX-License-Identifier: MIT */
/* poll_file.c - ordinary files and directories are always ready. */
#include "tests/diff/diff.h"

int main(void)
{
    struct pollfd list[4];
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    list[0] = (struct pollfd){fd, POLLIN | POLLOUT | POLLPRI, 0};
    list[1] = (struct pollfd){open(".", O_RDONLY), POLLIN, 0};
    list[2] = (struct pollfd){open("/dev/null", O_RDWR), POLLIN | POLLOUT, 0};
    list[3] = (struct pollfd){open("/dev/zero", O_RDWR), POLLIN | POLLOUT, 0};
    SHOW(poll(list, 4, 1000));
    for (int i = 0; i < 4; i++)
        printf("%x\n", list[i].revents);
    return 0;
}
