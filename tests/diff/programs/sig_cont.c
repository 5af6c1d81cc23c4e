/* SPDX-License-Identifier: MIT */
/* sig_cont.c - SIGCONT discards pending stops, and a stop discards a pending SIGCONT. */
#include "tests/diff/diff.h"

int main(void)
{
    sigset_t all;

    setpgid(0, 0);
    sigfillset(&all);
    NEED(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
    catch_signal(SIGCONT, 0);
    raise(SIGTSTP);
    raise(SIGTTIN);
    say_pending("after two stops");
    raise(SIGCONT);
    say_pending("after SIGCONT");
    raise(SIGTTOU);
    say_pending("after another stop");
    return 0;
}
