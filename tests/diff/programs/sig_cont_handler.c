/* SPDX-License-Identifier: MIT */
/* sig_cont_handler.c - a handler for SIGCONT runs when a stopped process continues. */
#include "tests/diff/diff.h"

int main(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        catch_signal(SIGCONT, 0);
        raise(SIGSTOP);
        _exit(caught_count == 1 ? 50 : 51);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    say_status("child", status);
    NEED(kill(pid, SIGCONT) == 0);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    return 0;
}
