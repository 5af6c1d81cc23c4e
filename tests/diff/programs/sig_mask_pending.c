/* SPDX-License-Identifier: MIT */
/* sig_mask_pending.c - a blocked signal is pending and comes when unblocked. */
#include "tests/diff/diff.h"

int main(void)
{
    catch_signal(SIGUSR1, 0);
    mask_signal(SIG_BLOCK, SIGUSR1);
    NEED(raise(SIGUSR1) == 0 && raise(SIGUSR1) == 0);
    printf("caught %d\n", (int)caught_count);
    say_pending("while blocked");
    mask_signal(SIG_UNBLOCK, SIGUSR1);
    printf("caught %d\n", (int)caught_count);
    say_pending("after");
    return 0;
}
