/* SPDX-License-Identifier: MIT */
/* eventfd_basic.c - eventfd counts, blocks, and works as a semaphore. */
#include "tests/diff/diff.h"

int main(void)
{
    uint64_t value = 0;
    int fd = eventfd(3, EFD_NONBLOCK);

    NEED(fd >= 0);
    SHOW(read(fd, &value, 8));
    printf("%lu\n", value);
    SHOW(read(fd, &value, 8));
    value = 5;
    SHOW(write(fd, &value, 8));
    SHOW(write(fd, &value, 8));
    SHOW(read(fd, &value, 8));
    printf("%lu\n", value);
    value = UINT64_MAX;
    SHOW(write(fd, &value, 8));
    value = UINT64_MAX - 1;
    SHOW(write(fd, &value, 8));
    value = 1;
    SHOW(write(fd, &value, 8));
    SHOW(read(fd, &value, 4));
    SHOW(write(fd, &value, 4));
    fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    SHOW(read(fd, &value, 8));
    printf("%lu\n", value);
    SHOW(read(fd, &value, 8));
    SHOW(read(fd, &value, 8));
    SHOW(syscall(SYS_eventfd2, 0, 0x1234));
    return 0;
}
