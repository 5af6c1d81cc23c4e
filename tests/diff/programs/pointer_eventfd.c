/* SPDX-License-Identifier: MIT */
/* pointer_eventfd.c - reading an eventfd with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    uint64_t one = 1;
    int fd = eventfd(0, EFD_NONBLOCK);

    EACH_POINTER((NEED(write(fd, &one, 8) == 8), syscall(SYS_read, fd, at, 8)));
    return 0;
}
