/* SPDX-License-Identifier: MIT */
/* sys_enosys.c - calls that no Linux has. */
#include "tests/diff/diff.h"

int main(void)
{
    SHOW(syscall(100000));
    SHOW(syscall(-1));
    SHOW(syscall(1023));
    SHOW(syscall(0x7fffffff));
    SHOW(syscall(SYS__sysctl, NULL));
    SHOW(syscall(SYS_create_module, NULL));
    printf("still here\n");
    return 0;
}
