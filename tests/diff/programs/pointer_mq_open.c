/* SPDX-License-Identifier: MIT */
/* pointer_mq_open.c - the name of mq_open with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_mq_open, at, O_RDWR, 0, NULL));
    return 0;
}
