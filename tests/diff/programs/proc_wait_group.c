/* SPDX-License-Identifier: MIT */
/* proc_wait_group.c - waiting for the children of one process group. */
#include "tests/diff/diff.h"

int main(void)
{
    int status;
    pid_t other = fork();

    if (other == 0) {
        setpgid(0, 0);
        _exit(2);
    }
    setpgid(other, other);
    pid_t same = fork();
    if (same == 0)
        _exit(1);
    TELL(waitpid(0, &status, 0) == same);
    say_status("child of the same group", status);
    SHOW(waitpid(0, &status, 0));
    TELL(waitpid(-other, &status, 0) == other);
    say_status("child of the other group", status);
    SHOW(waitpid(-other, &status, 0));
    return 0;
}
