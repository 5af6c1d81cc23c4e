/* SPDX-License-Identifier: MIT */
/* sys_getgroups.c - supplementary groups. */
#include "tests/diff/diff.h"

int main(void)
{
    gid_t groups[10];

    SHOW(syscall(SYS_setgroups, 3, (gid_t[]){7, 5, 6}));
    SHOW(getgroups(0, NULL));
    SHOW(getgroups(10, groups));
    printf("%d %d %d\n", (int)groups[0], (int)groups[1], (int)groups[2]);
    SHOW(getgroups(2, groups));
    SHOW(getgroups(-1, groups));
    SHOW(getgroups(3, BAD_POINTER));
    SHOW(syscall(SYS_setgroups, 0, NULL));
    SHOW(getgroups(10, groups));
    SHOW(syscall(SYS_setgroups, 70000, groups));
    SHOW(syscall(SYS_setgroups, 1, BAD_POINTER));
    return 0;
}
