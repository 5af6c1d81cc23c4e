/* SPDX-License-Identifier: MIT */
/* pointer_select.c - a set of select with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    struct timeval none = {0, 0};

    EACH_POINTER(syscall(SYS_select, 1, at, NULL, NULL, &none));
    return 0;
}
