/* SPDX-License-Identifier: MIT */
/* pointer_prctl_get_name.c - PR_GET_NAME with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_prctl, PR_GET_NAME, at, 0, 0, 0));
    return 0;
}
