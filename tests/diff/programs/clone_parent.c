/* SPDX-License-Identifier: MIT */
/* clone_parent.c - CLONE_PARENT: a brother, not a child. */
#include "tests/diff/thread.h"

int main(void)
{
    int pipes[2];
    int status;
    pid_t brother = 0;

    NEED(pipe(pipes) == 0);
    pid_t child = fork();

    if (child == 0) {
        pid_t me = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);

        if (me == 0)
            _exit(9);
        NEED(write(pipes[1], &me, sizeof me) == sizeof me);
        errno = 0;
        _exit(waitpid(me, &status, 0) == -1 && errno == ECHILD ? 1 : 2);
    }
    NEED(read(pipes[0], &brother, sizeof brother) == sizeof brother);
    printf("child %d\n", reap(child));
    printf("brother %d\n", reap(brother));
    return 0;
}
