/* SPDX-License-Identifier: MIT */
/* sig_segv_blocked.c - a fault while SIGSEGV is blocked or ignored kills. */
#include "tests/diff/diff.h"

static int crash(void *how)
{
    if (how)
        signal(SIGSEGV, SIG_IGN);
    else
        mask_signal(SIG_BLOCK, SIGSEGV);
    kill(getpid(), SIGSEGV);
    printf("one sent by kill does nothing now\n");
    *(volatile char *)BAD_POINTER = 1;
    return 0;
}

int main(void)
{
    run_child("blocked", crash, NULL);
    run_child("ignored", crash, "");
    return 0;
}
