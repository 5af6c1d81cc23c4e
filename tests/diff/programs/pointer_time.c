/* SPDX-License-Identifier: MIT */
/* pointer_time.c - time by system call with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(OK(syscall(SYS_time, at)));
    return 0;
}
