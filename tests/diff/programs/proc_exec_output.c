/* SPDX-License-Identifier: MIT */
/* proc_exec_output.c - output of an executed child read through a pipe. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    int tube[2];
    char text[128];
    ssize_t length;

    if (argc > 1) {
        for (int i = 0; i < 3; i++)
            printf("line %d of the child\n", i);
        fprintf(stderr, "and its standard error\n");
        return 2;
    }
    NEED(pipe2(tube, O_CLOEXEC) == 0);
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(tube[1], 1);
        dup2(tube[1], 2);
        execl(argv[0], argv[0], "child", (char *)NULL);
        _exit(99);
    }
    close(tube[1]);
    size_t total = 0;
    while ((length = read(tube[0], text + total, sizeof text - 1 - total)) > 0)
        total += (size_t)length;
    text[total] = 0;
    printf("%zu bytes:\n%scode %d\n", total, text, reap(pid));
    return 0;
}
