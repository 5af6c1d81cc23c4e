/* SPDX-License-Identifier: MIT */
/* proc_wait_stopped.c - WUNTRACED and WCONTINUED report job control. */
#include "tests/diff/diff.h"

int main(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        raise(SIGTSTP); /* nothing: nobody of our session outside the group could continue us */
        raise(SIGSTOP);
        setpgid(0, 0);
        raise(SIGTSTP);
        raise(SIGTTIN);
        _exit(6);
    }
    for (int i = 0; i < 3; i++) {
        NEED(waitpid(pid, &status, WUNTRACED) == pid);
        say_status("child", status);
        SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
        NEED(kill(pid, SIGCONT) == 0);
        NEED(waitpid(pid, &status, WCONTINUED) == pid);
        say_status("child", status);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    say_status("child", status);
    return 0;
}
