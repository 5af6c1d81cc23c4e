/* SPDX-License-Identifier: MIT */
/* pointer_nanosleep.c - nanosleep with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_nanosleep, at, NULL));
    return 0;
}
