/* SPDX-License-Identifier: MIT */
/* pointer_sigprocmask_old.c - the old mask of sigprocmask with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, at, 8));
    return 0;
}
