/* SPDX-License-Identifier: MIT */
/* sig_action_errors.c - what sigaction, sigprocmask and sigpending refuse. */
#include "tests/diff/diff.h"

int main(void)
{
    struct sigaction action;
    sigset_t set;

    SHOW(syscall(SYS_rt_sigaction, 0, NULL, NULL, 8));
    SHOW(syscall(SYS_rt_sigaction, 65, NULL, NULL, 8));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, BAD_POINTER, NULL, 8));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, NULL, BAD_POINTER, 8));
    SHOW(sigaction(-1, NULL, &action));
    SHOW(syscall(SYS_rt_sigprocmask, 77, &set, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, 77, NULL, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD_POINTER, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, BAD_POINTER, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, NULL, 16));
    SHOW(syscall(SYS_rt_sigpending, BAD_POINTER, 8));
    SHOW(syscall(SYS_rt_sigpending, &set, 9));
    return 0;
}
