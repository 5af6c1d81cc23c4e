/* SPDX-License-Identifier: MIT */
/* pointer_read.c - read with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int zero = open("/dev/zero", O_RDONLY);

    EACH_POINTER(syscall(SYS_read, zero, at, 8));
    return 0;
}
