/* SPDX-License-Identifier: MIT */
/* pipe_pingpong.c - two processes take turns a thousand times. */
#include "tests/diff/diff.h"

int main(void)
{
    int there[2], back[2];
    int value = 0;

    NEED(pipe(there) == 0 && pipe(back) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(there[1]);
        while (read(there[0], &value, sizeof value) == sizeof value) {
            value += 2;
            NEED(write(back[1], &value, sizeof value) == sizeof value);
        }
        _exit(0);
    }
    close(there[0]);
    for (int i = 0; i < 1000; i++) {
        NEED(write(there[1], &value, sizeof value) == sizeof value);
        NEED(read(back[0], &value, sizeof value) == sizeof value);
        value++;
    }
    close(there[1]);
    printf("value %d, child %d\n", value, reap(pid));
    return 0;
}
