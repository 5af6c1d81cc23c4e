/* SPDX-License-Identifier: MIT */
/* pointer_poll.c - the descriptors of poll with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_poll, at, 1, 0));
    return 0;
}
