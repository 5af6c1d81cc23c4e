/* SPDX-License-Identifier: MIT */
/* pointer_prlimit_old.c - the old value of prlimit with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, at));
    return 0;
}
