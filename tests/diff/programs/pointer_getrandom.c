/* SPDX-License-Identifier: MIT */
/* pointer_getrandom.c - getrandom with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_getrandom, at, 8, 0));
    return 0;
}
