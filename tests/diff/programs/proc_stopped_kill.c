/* SPDX-License-Identifier: MIT */
/* proc_stopped_kill.c - a stopped process can be killed, and SIGTERM waits until it continues. */
#include "tests/diff/diff.h"

int main(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        raise(SIGSTOP);
        _exit(1);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    NEED(kill(pid, SIGTERM) == 0);
    sleep_ms(20);
    SHOW(waitpid(pid, &status, WNOHANG));
    NEED(kill(pid, SIGCONT) == 0);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("continued child", status);
    pid = fork();
    if (pid == 0) {
        raise(SIGSTOP);
        _exit(1);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    NEED(kill(pid, SIGKILL) == 0);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("stopped child", status);
    return 0;
}
