/* SPDX-License-Identifier: MIT */
/* sig_default_kill.c - the default action of every standard signal. */
#include "tests/diff/diff.h"

static int child(void *number)
{
    setpgid(0, 0);
    raise(*(int *)number);
    return 0;
}

int main(void)
{
    for (int number = 1; number < 32; number++) {
        int status = 0;
        pid_t pid = fork();

        NEED(pid >= 0);
        if (pid == 0)
            _exit(child(&number));
        NEED(waitpid(pid, &status, WUNTRACED) == pid);
        say_status(signal_name(number), status);
        if (WIFSTOPPED(status)) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
        }
    }
    return 0;
}
