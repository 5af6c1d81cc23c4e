/* SPDX-License-Identifier: MIT */
/* unix_timeouts.c - SO_RCVTIMEO, SO_SNDTIMEO, interrupted calls. */
#include "tests/diff/socket.h"

static void nothing(int signal)
{
    (void)signal;
}

int main(void)
{
    int pair[2];
    char byte;
    struct timeval soon = {0, 20000};
    static char block[65536];

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    NEED(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon) == 0);
    NEED(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon) == 0);
    SHOW(read(pair[0], &byte, 1));
    while (write(pair[0], block, sizeof block) > 0)
        continue;
    printf("%s\n", error_name(errno));
    int listener = unix_listener(SOCK_STREAM, "name", 1);
    NEED(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon) == 0);
    SHOW(accept(listener, NULL, NULL));
    /* a handler without SA_RESTART ends a receive; with it only one without timeout goes on */
    struct sigaction action = {.sa_handler = nothing};
    struct itimerval timer = {{0, 20000}, {0, 20000}};
    NEED(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
    SHOW(recv(pair[1], block, 0, 0));
    int idle[2];
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, idle) == 0);
    SHOW(read(idle[0], &byte, 1));
    action.sa_flags = SA_RESTART;
    NEED(sigaction(SIGALRM, &action, NULL) == 0);
    struct timeval late = {30, 0};
    NEED(setsockopt(idle[0], SOL_SOCKET, SO_RCVTIMEO, &late, sizeof late) == 0);
    SHOW(read(idle[0], &byte, 1));
    late.tv_sec = 0;
    NEED(setsockopt(idle[0], SOL_SOCKET, SO_RCVTIMEO, &late, sizeof late) == 0);
    if (fork() == 0) {
        nanosleep(&(struct timespec){0, 100000000}, NULL);
        NEED(write(idle[1], "z", 1) == 1);
        _exit(0);
    }
    SHOW(read(idle[0], &byte, 1));
    return 0;
}
