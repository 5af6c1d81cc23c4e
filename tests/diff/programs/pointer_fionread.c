/* SPDX-License-Identifier: MIT */
/* pointer_fionread.c - FIONREAD with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    EACH_POINTER(syscall(SYS_ioctl, fd, FIONREAD, at));
    return 0;
}
