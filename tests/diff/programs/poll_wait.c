/* SPDX-License-Identifier: MIT */
/* poll_wait.c - poll waits for data, for its time, and for hang-up. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte;

    NEED(pipe(tube) == 0);
    struct pollfd one = {tube[0], POLLIN, 0};
    int64_t start = now_ms();
    SHOW(poll(&one, 1, 40));
    int64_t took = now_ms() - start;
    TELL(took >= 39 && took < 2000);
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(20);
        NEED(write(tube[1], "x", 1) == 1);
        sleep_ms(20);
        _exit(0);
    }
    close(tube[1]);
    SHOW(poll(&one, 1, -1));
    TELL(one.revents == POLLIN);
    NEED(read(tube[0], &byte, 1) == 1);
    SHOW(poll(&one, 1, 5000));
    TELL(one.revents == POLLHUP);
    reap(pid);
    return 0;
}
