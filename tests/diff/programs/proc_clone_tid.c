/* SPDX-License-Identifier: MIT */
/* proc_clone_tid.c - clone stores and clears thread ids where it is told. */
#include "tests/diff/diff.h"

static pid_t child_tid = 5;

int main(void)
{
    pid_t parent_tid = 0;
    long pid = syscall(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL,
                       &parent_tid, &child_tid, NULL);

    if (pid == 0)
        _exit(child_tid == getpid() ? 0 : 1);
    TELL(parent_tid == pid);
    printf("the child's copy is right: %d\n", reap((pid_t)pid) == 0);
    printf("the parent's copy: %d\n", child_tid);
    return 0;
}
