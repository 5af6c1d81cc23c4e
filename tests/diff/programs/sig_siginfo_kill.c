/* SPDX-License-Identifier: MIT */
/* sig_siginfo_kill.c - the sender of a signal is named in siginfo. */
#include "tests/diff/diff.h"

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("%s: si_signo %d, code %s, pid mine %d, uid %d\n", signal_name(number),
           info->si_signo == number,
           info->si_code == SI_USER    ? "SI_USER"
           : info->si_code == SI_TKILL ? "SI_TKILL"
                                       : "?",
           info->si_pid == getpid(), (int)info->si_uid);
}

int main(void)
{
    handle_signal(SIGUSR1, handler, 0);
    kill(getpid(), SIGUSR1);
    raise(SIGUSR1);
    syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        _exit(kill(parent, SIGUSR1) != 0);
    while (waitpid(pid, NULL, 0) != pid)
        continue;
    return 0;
}
