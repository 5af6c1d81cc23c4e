/* SPDX-License-Identifier: MIT */
/* pointer_setrlimit.c - setrlimit with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(OK(kind == 8 ? 0 : syscall(SYS_setrlimit, RLIMIT_CORE, at)));
    return 0;
}
