/* SPDX-License-Identifier: MIT */
/* pointer_getdents.c - getdents64 with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int fd = open("/", O_RDONLY);

    EACH_POINTER(OK(syscall(SYS_getdents64, fd, at, 4096)));
    return 0;
}
