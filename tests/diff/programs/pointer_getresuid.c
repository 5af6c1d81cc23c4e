/* SPDX-License-Identifier: MIT */
/* pointer_getresuid.c - getresuid with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    unsigned a;

    EACH_POINTER(syscall(SYS_getresuid, at, &a, &a));
    return 0;
}
