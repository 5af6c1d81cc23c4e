/* SPDX-License-Identifier: MIT */
/* pointer_getlk.c - F_GETLK with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    EACH_POINTER(OK(syscall(SYS_fcntl, fd, F_GETLK, at)));
    return 0;
}
