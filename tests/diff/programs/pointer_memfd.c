/* SPDX-License-Identifier: MIT */
/* pointer_memfd.c - the name of memfd_create with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(OK(syscall(SYS_memfd_create, at, 0)));
    return 0;
}
