/* SPDX-License-Identifier: MIT */
/* pointer_sysinfo.c - sysinfo with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_sysinfo, at));
    return 0;
}
