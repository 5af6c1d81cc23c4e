/* SPDX-License-Identifier: MIT */
/* sig_chld_nocldstop.c - SA_NOCLDSTOP suppresses SIGCHLD for stops. */
#include "tests/diff/diff.h"

int main(void)
{
    int status;

    catch_signal(SIGCHLD, SA_NOCLDSTOP | SA_RESTART);
    pid_t pid = fork();
    if (pid == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    say_status("child", status);
    kill(pid, SIGCONT);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    printf("SIGCHLD came %d times\n", (int)caught_count);
    return 0;
}
