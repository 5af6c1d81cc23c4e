/* SPDX-License-Identifier: MIT */
/* pointer_sigpending.c - sigpending with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_rt_sigpending, at, 8));
    return 0;
}
