/* SPDX-License-Identifier: MIT */
/* pointer_sigaltstack_old.c - the old alternate stack with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_sigaltstack, NULL, at));
    return 0;
}
