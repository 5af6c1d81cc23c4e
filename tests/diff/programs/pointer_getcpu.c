/* SPDX-License-Identifier: MIT */
/* pointer_getcpu.c - getcpu with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_getcpu, NULL, at, NULL));
    return 0;
}
