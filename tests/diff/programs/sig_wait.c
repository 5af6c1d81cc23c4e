/* SPDX-License-Identifier: MIT */
/* sig_wait.c - sigwait and sigwaitinfo take pending signals without a handler. */
#include "tests/diff/diff.h"

int main(void)
{
    sigset_t set;
    siginfo_t info;
    int number = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    catch_signal(SIGUSR1, 0);
    raise(SIGTERM);
    raise(SIGUSR1);
    SHOW_ERROR(sigwait(&set, &number));
    printf("%s\n", signal_name(number));
    printf("%s\n", signal_name(sigwaitinfo(&set, &info)));
    TELL(info.si_signo == SIGTERM);
    say_pending("afterwards");
    printf("handler ran %d times\n", (int)caught_count);
    return 0;
}
