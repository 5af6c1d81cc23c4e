/* SPDX-License-Identifier: MIT */
/* proc_waitid.c - waitid tells how a child ended and can leave it waitable. */
#include "tests/diff/diff.h"

static void say_info(const char *when, pid_t pid, const siginfo_t *info)
{
    static const struct named_number codes[] = {
        NUMBER_NAME(CLD_EXITED),  NUMBER_NAME(CLD_KILLED),    NUMBER_NAME(CLD_DUMPED),
        NUMBER_NAME(CLD_STOPPED), NUMBER_NAME(CLD_CONTINUED), {0, NULL}};
    const char *code = name_in(codes, info->si_code);

    printf("%s: %s, %s, status %d, pid is the child's: %d, uid %d\n", when,
           signal_name(info->si_signo), code ? code : "?", info->si_status, info->si_pid == pid,
           (int)info->si_uid);
}

int main(void)
{
    siginfo_t info = {0};
    pid_t pid = fork();

    if (pid == 0)
        _exit(300);
    SHOW(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
    say_info("still a zombie", pid, &info);
    SHOW(waitid(P_ALL, 0, &info, WEXITED));
    say_info("exited", pid, &info);
    pid = fork();
    if (pid == 0) {
        for (;;)
            pause();
    }
    NEED(kill(pid, SIGSTOP) == 0);
    SHOW(waitid(P_PID, pid, &info, WSTOPPED));
    say_info("stopped", pid, &info);
    NEED(kill(pid, SIGCONT) == 0);
    SHOW(waitid(P_PID, pid, &info, WCONTINUED));
    say_info("continued", pid, &info);
    memset(&info, 0, sizeof info);
    SHOW(waitid(P_PID, pid, &info, WEXITED | WNOHANG));
    printf("running: signal %d, pid %d\n", info.si_signo, info.si_pid);
    NEED(kill(pid, SIGKILL) == 0);
    SHOW(waitid(P_PGID, getpgrp(), &info, WEXITED));
    say_info("killed", pid, &info);
    return 0;
}
