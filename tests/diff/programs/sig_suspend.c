/* SPDX-License-Identifier: MIT */
/* sig_suspend.c - sigsuspend lets signals in and restores the mask. */
#include "tests/diff/diff.h"

int main(void)
{
    sigset_t none, mask;

    sigemptyset(&none);
    catch_signal(SIGUSR1, 0);
    mask_signal(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    SHOW(sigsuspend(&none));
    printf("caught %d\n", (int)caught_count);
    NEED(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
    TELL(sigismember(&mask, SIGUSR1) == 1);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(30);
        _exit(kill(parent, SIGUSR1) != 0);
    }
    SHOW(sigsuspend(&none));
    printf("caught %d, child %d\n", (int)caught_count, reap(pid));
    SHOW(syscall(SYS_rt_sigsuspend, &none, 7));
    SHOW(syscall(SYS_rt_sigsuspend, BAD_POINTER, 8));
    return 0;
}
