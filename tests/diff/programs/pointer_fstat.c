/* SPDX-License-Identifier: MIT */
/* pointer_fstat.c - fstat with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_fstat, 0, at));
    return 0;
}
