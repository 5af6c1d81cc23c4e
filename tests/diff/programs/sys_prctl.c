/* SPDX-License-Identifier: MIT */
/* sys_prctl.c - prctl options that programs use, and unknown ones. */
#include "tests/diff/diff.h"

int main(void)
{
    char name[17] = "";

    SHOW(prctl(PR_SET_NAME, "some name"));
    SHOW(prctl(PR_GET_NAME, name));
    printf("%s\n", name);
    SHOW(prctl(PR_GET_DUMPABLE));
    SHOW(prctl(PR_SET_DUMPABLE, 0));
    SHOW(prctl(PR_GET_DUMPABLE));
    SHOW(prctl(PR_SET_DUMPABLE, 7));
    SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SHOW(prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
    SHOW(prctl(PR_CAPBSET_READ, 0, 0, 0, 0));
    SHOW(prctl(PR_CAPBSET_READ, 1000, 0, 0, 0));
    SHOW(prctl(PR_GET_KEEPCAPS));
    SHOW(prctl(99999));
    return 0;
}
