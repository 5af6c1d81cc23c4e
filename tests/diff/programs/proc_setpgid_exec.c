/* SPDX-License-Identifier: MIT */
/* proc_setpgid_exec.c - after an exec a parent can no longer move its child. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    int tube[2];
    int back[2];
    char byte;

    if (argc > 1) {
        NEED(write(atoi(argv[1]), "r", 1) == 1);
        return (int)read(atoi(argv[2]), &byte, 1);
    }
    NEED(pipe(tube) == 0 && pipe(back) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        char out[12], in[12];

        close(back[1]);
        snprintf(out, sizeof out, "%d", tube[1]);
        snprintf(in, sizeof in, "%d", back[0]);
        execl(argv[0], argv[0], out, in, (char *)NULL);
        _exit(99);
    }
    NEED(read(tube[0], &byte, 1) == 1);
    SHOW(setpgid(pid, 0));
    close(back[1]);
    printf("child's code %d\n", reap(pid));
    return 0;
}
