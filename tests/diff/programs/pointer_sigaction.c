/* SPDX-License-Identifier: MIT */
/* pointer_sigaction.c - a new action of sigaction with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_rt_sigaction, SIGUSR1, at, NULL, 8));
    return 0;
}
