/* SPDX-License-Identifier: MIT */
/* pointer_stat.c - stat with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_stat, ".", at));
    return 0;
}
