/* SPDX-License-Identifier: MIT */
/* pointer_uname.c - uname with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_uname, at));
    return 0;
}
