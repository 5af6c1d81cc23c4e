/* SPDX-License-Identifier: MIT */
/* eventfd_poll.c - an eventfd's readiness, and waking a process that waits. */
#include "tests/diff/diff.h"

int main(void)
{
    uint64_t value = 1;
    int fd = eventfd(0, 0);
    struct pollfd one = {fd, POLLIN | POLLOUT, 0};

    SHOW(poll(&one, 1, 0));
    printf("%x\n", one.revents);
    pid_t pid = fork();
    if (pid == 0) {
        NEED(read(fd, &value, 8) == 8);
        _exit((int)value);
    }
    sleep_ms(10);
    value = 9;
    SHOW(write(fd, &value, 8));
    printf("child got %d\n", reap(pid));
    SHOW(write(fd, &value, 8));
    SHOW(poll(&one, 1, 0));
    printf("%x\n", one.revents);
    return 0;
}
