/* SPDX-License-Identifier: MIT */
/* proc_close_on_exit.c - descriptors close when a process dies, however it dies. */
#include "tests/diff/diff.h"

static int crash(void *unused)
{
    (void)unused;
    *(volatile char *)BAD_POINTER = 1;
    return 0;
}

int main(void)
{
    int tube[2];
    char byte;

    NEED(pipe(tube) == 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(crash(NULL));
    close(tube[1]);
    SHOW(read(tube[0], &byte, 1));
    printf("child: %d\n", reap(pid));
    return 0;
}
