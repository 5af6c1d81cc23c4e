/* SPDX-License-Identifier: MIT */
/* sig_timedwait.c - sigtimedwait times out, is interrupted, and checks its arguments. */
#include "tests/diff/diff.h"

int main(void)
{
    sigset_t set;
    siginfo_t info;
    struct timespec moment = {0, 20000000};
    struct timespec zero = {0, 0};
    struct timespec wrong = {0, 1000000000};

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    int64_t start = now_ms();
    SHOW(sigtimedwait(&set, &info, &moment));
    TELL(now_ms() - start >= 19);
    SHOW(sigtimedwait(&set, &info, &zero));
    SHOW(sigtimedwait(&set, &info, &wrong));
    raise(SIGUSR1);
    TELL(sigtimedwait(&set, NULL, &zero) == SIGUSR1);
    catch_signal(SIGALRM, 0);
    NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 30000}}, NULL) == 0);
    SHOW(syscall(SYS_rt_sigtimedwait, &set, &info, &(struct timespec){5, 0}, 8));
    printf("caught %d\n", (int)caught_count);
    return 0;
}
