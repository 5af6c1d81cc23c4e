/* SPDX-License-Identifier: MIT */
/* proc_reparent.c - an orphan gets another parent. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    int ready[2];
    char answer = '?';

    NEED(pipe(tube) == 0 && pipe(ready) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        pid_t parent = getpid();

        if (fork() == 0) {
            char byte;

            close(ready[1]);
            (void)!read(ready[0], &byte, 1); /* until the parent is gone */
            for (int i = 0; i < 1000 && getppid() == parent; i++)
                sleep_ms(1);
            answer = getppid() == parent ? 's' : getppid() > 0 ? 'n' : '0';
            _exit(write(tube[1], &answer, 1) != 1);
        }
        _exit(9);
    }
    close(ready[1]);
    printf("parent's exit code %d\n", reap(pid));
    NEED(read(tube[0], &answer, 1) == 1);
    printf("the orphan's parent is %s\n", answer == 'n'   ? "a new one"
                                          : answer == 's' ? "the same"
                                                          : "none");
    SHOW(waitpid(-1, NULL, 0));
    return 0;
}
