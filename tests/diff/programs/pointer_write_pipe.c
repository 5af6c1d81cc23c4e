/* SPDX-License-Identifier: MIT */
/* pointer_write_pipe.c - write of a pipe with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int tube[2];

    NEED(pipe(tube) == 0);

    EACH_POINTER(syscall(SYS_write, tube[1], at, 8));
    return 0;
}
