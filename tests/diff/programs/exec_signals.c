/* SPDX-License-Identifier: MIT */
/* exec_signals.c - ignored signals and the mask survive an exec, handlers do not, pending ones stay
 * pending. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    struct sigaction now;
    sigset_t mask;

    if (argc > 1) {
        sigaction(SIGUSR1, NULL, &now);
        TELL(now.sa_handler == SIG_IGN);
        sigaction(SIGUSR2, NULL, &now);
        TELL(now.sa_handler == SIG_DFL);
        sigprocmask(SIG_SETMASK, NULL, &mask);
        TELL(sigismember(&mask, SIGTERM) == 1);
        TELL(sigismember(&mask, SIGINT) == 0);
        say_pending("in the new program");
        return 0;
    }
    signal(SIGUSR1, SIG_IGN);
    catch_signal(SIGUSR2, 0);
    mask_signal(SIG_BLOCK, SIGTERM);
    NEED(kill(getpid(), SIGTERM) == 0);
    execl(argv[0], argv[0], "child", (char *)NULL);
    return 1;
}
