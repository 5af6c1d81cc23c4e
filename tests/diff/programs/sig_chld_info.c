/* SPDX-License-Identifier: MIT */
/* sig_chld_info.c - SIGCHLD tells who, how and why. */
#include "tests/diff/diff.h"

static volatile siginfo_t seen;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    seen = *info;
    caught_count++;
}

static void watch(const char *what, pid_t pid, int count)
{
    for (int i = 0; i < 5000 && caught_count < count; i++)
        sleep_ms(1);
    printf("%s: count %d, code %s, status %d, pid right %d\n", what, (int)caught_count,
           seen.si_code == CLD_EXITED      ? "EXITED"
           : seen.si_code == CLD_KILLED    ? "KILLED"
           : seen.si_code == CLD_STOPPED   ? "STOPPED"
           : seen.si_code == CLD_CONTINUED ? "CONTINUED"
                                           : "?",
           seen.si_status, seen.si_pid == pid);
}

int main(void)
{
    handle_signal(SIGCHLD, handler, SA_RESTART);
    pid_t pid = fork();
    if (pid == 0) {
        for (;;)
            pause();
    }
    kill(pid, SIGSTOP);
    watch("stopped", pid, 1);
    kill(pid, SIGCONT);
    watch("continued", pid, 2);
    kill(pid, SIGTERM);
    watch("killed", pid, 3);
    NEED(waitpid(pid, NULL, 0) == pid);
    pid = fork();
    if (pid == 0)
        _exit(33);
    watch("exited", pid, 4);
    NEED(waitpid(pid, NULL, 0) == pid);
    return 0;
}
