/* SPDX-License-Identifier: MIT */
/* sig_ignore.c - ignoring discards what is pending; ignored signals never arrive. */
#include "tests/diff/diff.h"

int main(void)
{
    catch_signal(SIGUSR1, 0);
    mask_signal(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    say_pending("when sent");
    signal(SIGUSR1, SIG_IGN);
    say_pending("when ignored");
    raise(SIGUSR1);
    say_pending("when sent again");
    catch_signal(SIGUSR1, 0);
    mask_signal(SIG_UNBLOCK, SIGUSR1);
    printf("caught %d\n", (int)caught_count);
    mask_signal(SIG_BLOCK, SIGCHLD);
    raise(SIGCHLD);
    say_pending("with a signal ignored by default");
    return 0;
}
