/* SPDX-License-Identifier: MIT */
/* numa_policy.c - memory policies on a machine with one node. */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned long one = 1, two = 2, none = 0, got = 99;
    int mode = 99;

    SHOW(syscall(SYS_get_mempolicy, &mode, NULL, 0, 0, 0));
    printf("%d\n", mode);
    SHOW(syscall(SYS_set_mempolicy, 2, &one, 64));
    SHOW(syscall(SYS_get_mempolicy, &mode, &got, 64, 0, 0));
    printf("%d %lu\n", mode, got);
    SHOW(syscall(SYS_set_mempolicy, 2, &two, 64));
    SHOW(syscall(SYS_set_mempolicy, 2, &none, 64));
    SHOW(syscall(SYS_set_mempolicy, 99, &one, 64));
    SHOW(syscall(SYS_set_mempolicy, 0, &one, 64));
    SHOW(syscall(SYS_set_mempolicy, 0, NULL, 0));
    SHOW(syscall(SYS_get_mempolicy, NULL, &got, 64, 0, 4 /* MPOL_F_MEMS_ALLOWED */));
    printf("%lu\n", got);
    SHOW(syscall(SYS_get_mempolicy, &mode, NULL, 0, 0, 99));
    SHOW(syscall(SYS_get_mempolicy, &mode, NULL, 0, BAD_POINTER, 2 /* MPOL_F_ADDR */));
    return 0;
}
