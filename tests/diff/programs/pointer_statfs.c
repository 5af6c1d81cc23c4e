/* SPDX-License-Identifier: MIT */
/* pointer_statfs.c - statfs with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_statfs, ".", at));
    return 0;
}
