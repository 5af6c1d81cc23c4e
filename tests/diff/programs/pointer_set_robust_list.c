/* SPDX-License-Identifier: MIT */
/* pointer_set_robust_list.c - the list of robust mutexes with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_set_robust_list, at, 24));
    return 0;
}
