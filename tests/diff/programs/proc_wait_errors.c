/* SPDX-License-Identifier: MIT */
/* proc_wait_errors.c - waiting for what is not one's child. */
#include "tests/diff/diff.h"

int main(void)
{
    int status;
    pid_t pid;

    SHOW(wait(&status));
    SHOW(waitpid(-1, &status, WNOHANG));
    SHOW(waitpid(1, &status, 0));
    SHOW(waitpid(getpid(), &status, 0));
    SHOW(waitpid(0, &status, 0));
    SHOW(waitpid(-12345678, &status, 0));
    SHOW(waitpid(INT_MIN, &status, 0));
    SHOW(waitpid(-1, &status, 0x1000));
    pid = fork();
    NEED(pid >= 0);
    if (pid == 0)
        _exit(0);
    SHOW(syscall(SYS_wait4, pid, BAD_POINTER, 0, NULL));
    SHOW(waitpid(-1, &status, 0));
    return 0;
}
