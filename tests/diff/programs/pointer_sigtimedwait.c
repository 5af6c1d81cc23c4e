/* SPDX-License-Identifier: MIT */
/* pointer_sigtimedwait.c - the set of sigtimedwait with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    struct timespec none = {0, 0};

    EACH_POINTER(syscall(SYS_rt_sigtimedwait, at, NULL, &none, 8));
    return 0;
}
