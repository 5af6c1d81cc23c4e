/* SPDX-License-Identifier: MIT */
/* pointer_open.c - the path of open with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_open, at, O_RDONLY));
    return 0;
}
