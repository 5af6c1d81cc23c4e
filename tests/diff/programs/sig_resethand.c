/* SPDX-License-Identifier: MIT */
/* sig_resethand.c - SA_RESETHAND puts the default action back before the handler runs. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    struct sigaction now;

    (void)unused;
    catch_signal(SIGUSR1, SA_RESETHAND);
    raise(SIGUSR1);
    printf("caught %d\n", (int)caught_count);
    NEED(sigaction(SIGUSR1, NULL, &now) == 0);
    TELL(now.sa_handler == SIG_DFL);
    raise(SIGUSR1);
    return 1;
}

int main(void)
{
    run_child("child", child, NULL);
    return 0;
}
