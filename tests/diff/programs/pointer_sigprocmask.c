/* SPDX-License-Identifier: MIT */
/* pointer_sigprocmask.c - a new mask of sigprocmask with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_rt_sigprocmask, SIG_BLOCK, at, NULL, 8));
    return 0;
}
