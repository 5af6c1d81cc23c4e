/* SPDX-License-Identifier: MIT */
/* proc_fork.c - fork returns twice, and the two go separate ways. */
#include "tests/diff/diff.h"

static int value = 1;

int main(void)
{
    int status;
    pid_t parent = getpid();
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        TELL(getpid() != parent);
        TELL(getppid() == parent);
        value = 2;
        printf("the child has value %d\n", value);
        exit(11);
    }
    pid_t waited = waitpid(pid, &status, 0);
    TELL(waited == pid);
    say_status("child", status);
    printf("the parent has value %d\n", value);
    return 0;
}
