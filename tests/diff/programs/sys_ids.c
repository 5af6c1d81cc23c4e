/* SPDX-License-Identifier: MIT */
/* sys_ids.c - the user and group ids of root. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    uid_t real, effective, saved;

    (void)unused;
    SHOW(setegid(5));
    SHOW(getegid());
    SHOW(seteuid(1000));
    printf("%d %d\n", (int)getuid(), (int)geteuid());
    SHOW(setuid(2000));
    SHOW(seteuid(0));
    NEED(getresuid(&real, &effective, &saved) == 0);
    printf("%d %d %d\n", (int)real, (int)effective, (int)saved);
    SHOW(setresuid(10, 20, 30));
    SHOW(setuid(30));
    NEED(getresuid(&real, &effective, &saved) == 0);
    printf("%d %d %d\n", (int)real, (int)effective, (int)saved);
    SHOW(setuid(0));
    SHOW(setreuid(30, 10));
    SHOW(seteuid(0));
    SHOW(setgid(1));
    SHOW(setgroups(0, NULL));
    return 0;
}

int main(void)
{
    SHOW(getuid());
    SHOW(geteuid());
    SHOW(getgid());
    SHOW(getegid());
    run_child("child", child, NULL);
    SHOW(setuid(-1));
    SHOW(setresuid(-1, -1, -1));
    SHOW(getuid());
    return 0;
}
