/* SPDX-License-Identifier: MIT */
/* poll_ppoll.c - ppoll changes the mask for the time of the wait only. */
#include "tests/diff/diff.h"

int main(void)
{
    sigset_t none, mask;

    sigemptyset(&none);
    catch_signal(SIGUSR1, 0);
    mask_signal(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    SHOW(ppoll(NULL, 0, &(struct timespec){0, 1000000}, NULL));
    printf("caught %d\n", (int)caught_count);
    SHOW(ppoll(NULL, 0, &(struct timespec){5, 0}, &none));
    printf("caught %d\n", (int)caught_count);
    NEED(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
    TELL(sigismember(&mask, SIGUSR1) == 1);
    raise(SIGUSR1);
    fd_set empty;
    FD_ZERO(&empty);
    SHOW(pselect(0, &empty, NULL, NULL, &(struct timespec){5, 0}, &none));
    printf("caught %d\n", (int)caught_count);
    return 0;
}
