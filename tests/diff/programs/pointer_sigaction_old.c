/* SPDX-License-Identifier: MIT */
/* pointer_sigaction_old.c - the old action of sigaction with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_rt_sigaction, SIGUSR1, NULL, at, 8));
    return 0;
}
