/* SPDX-License-Identifier: MIT */
/* pointer_pipe.c - pipe with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_pipe2, at, O_CLOEXEC));
    return 0;
}
