/* SPDX-License-Identifier: MIT */
/* pointer_times.c - times with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(OK(syscall(SYS_times, at)));
    return 0;
}
