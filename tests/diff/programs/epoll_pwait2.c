/* SPDX-License-Identifier: MIT */
/* epoll_pwait2.c - nanosecond timeouts, bad ones, and the mask for the time of the wait. */
#include "tests/diff/diff.h"

int main(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct timespec none = {0, 0}, little = {0, 1000}, bad = {0, 1000000000}, negative = {-1, 0};
    sigset_t empty;
    int tube[2];
    int epoll = epoll_create1(0);

    NEED(pipe(tube) == 0 && epoll >= 0);
    NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, tube[0], &event) == 0);
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 1, &none, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 1, &little, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 1, &bad, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 1, &negative, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 1, BAD_POINTER, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 0, &none, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, 999, &event, 1, &none, NULL, 0));
    catch_signal(SIGUSR1, 0);
    mask_signal(SIG_BLOCK, SIGUSR1);
    kill(getpid(), SIGUSR1);
    sigemptyset(&empty);
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 1, NULL, &empty, 8));
    printf("%d caught\n", caught_count);
    NEED(write(tube[1], "x", 1) == 1);
    SHOW(syscall(SYS_epoll_pwait2, epoll, &event, 1, NULL, NULL, 0));
    return 0;
}
