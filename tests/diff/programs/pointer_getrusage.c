/* SPDX-License-Identifier: MIT */
/* pointer_getrusage.c - getrusage with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_getrusage, RUSAGE_SELF, at));
    return 0;
}
