/* SPDX-License-Identifier: MIT */
/* sys_personality.c - the execution domain. */
#include "tests/diff/diff.h"

int main(void)
{
    SHOW(syscall(SYS_personality, 0xffffffff));
    SHOW(syscall(SYS_personality, 0));
    return 0;
}
