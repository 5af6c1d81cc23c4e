/* SPDX-License-Identifier: MIT */
/* proc_wait_stopped.c - WUNTRACED and WCONTINUED report job control. */
#include "tests/diff/diff.h"

static int go[2]; /* the parent has seen the child continue: stopping again would hide that */

static void stop_by(int signal)
{
    char byte;

    raise(signal);
    NEED(read(go[0], &byte, 1) == 1);
}

int main(void)
{
    int status;

    NEED(pipe(go) == 0);
    pid_t pid = fork();

    if (pid == 0) {
        raise(SIGTSTP); /* nothing: nobody of our session outside the group could continue us */
        stop_by(SIGSTOP);
        setpgid(0, 0);
        stop_by(SIGTSTP);
        stop_by(SIGTTIN);
        _exit(6);
    }
    for (int i = 0; i < 3; i++) {
        NEED(waitpid(pid, &status, WUNTRACED) == pid);
        say_status("child", status);
        SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
        NEED(kill(pid, SIGCONT) == 0);
        NEED(waitpid(pid, &status, WCONTINUED) == pid);
        say_status("child", status);
        NEED(write(go[1], "", 1) == 1);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    say_status("child", status);
    return 0;
}
