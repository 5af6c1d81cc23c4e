/* SPDX-License-Identifier: MIT */
/* sig_sys.c - an unknown call gives ENOSYS and no SIGSYS. */
#include "tests/diff/diff.h"

int main(void)
{
    catch_signal(SIGSYS, 0);
    SHOW(syscall(100000));
    SHOW(syscall(-2));
    printf("caught %d\n", (int)caught_count);
    return 0;
}
