/* SPDX-License-Identifier: MIT */
/* pointer_getresgid.c - getresgid with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    unsigned a;

    EACH_POINTER(syscall(SYS_getresgid, &a, at, &a));
    return 0;
}
