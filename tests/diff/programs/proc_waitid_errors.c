/* SPDX-License-Identifier: MIT */
/* proc_waitid_errors.c - what waitid refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    siginfo_t info;

    SHOW(waitid(P_ALL, 0, &info, WEXITED));
    SHOW(waitid(P_ALL, 0, &info, 0));
    SHOW(waitid(P_ALL, 0, &info, 0x10000000 | WEXITED | 0x100));
    SHOW(waitid(12, 0, &info, WEXITED));
    SHOW(waitid(P_PID, 0, &info, WEXITED));
    SHOW(waitid(P_PID, -5, &info, WEXITED));
    SHOW(waitid(P_PID, 1, &info, WEXITED | WNOHANG));
    return 0;
}
