/* SPDX-License-Identifier: MIT */
/* pointer_capget.c - the header of capget with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_capget, at, NULL));
    return 0;
}
