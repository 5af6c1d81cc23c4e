/* SPDX-License-Identifier: MIT */
/* pointer_statx.c - statx with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_statx, AT_FDCWD, ".", 0, 0x7ff, at));
    return 0;
}
