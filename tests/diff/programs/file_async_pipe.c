/* SPDX-License-Identifier: MIT */
/* file_async_pipe.c - SIGIO when a pipe can be read. */
#include "tests/diff/diff.h"

static volatile sig_atomic_t code, fd_seen;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    code = info->si_code;
    fd_seen = info->si_fd;
}

int main(void)
{
    int tube[2];
    char byte;

    NEED(pipe(tube) == 0);
    catch_signal(SIGIO, 0);
    SHOW(fcntl(tube[0], F_GETOWN));
    SHOW(fcntl(tube[0], F_SETOWN, getpid()));
    TELL(fcntl(tube[0], F_GETOWN) == getpid());
    SHOW(fcntl(tube[0], F_SETFL, O_ASYNC));
    TELL(fcntl(tube[0], F_GETFL) & O_ASYNC);
    NEED(write(tube[1], "x", 1) == 1);
    printf("%d caught\n", caught_count);
    handle_signal(SIGRTMIN + 3, handler, 0);
    SHOW(fcntl(tube[0], 10 /* F_SETSIG */, SIGRTMIN + 3));
    TELL(fcntl(tube[0], 11 /* F_GETSIG */) == SIGRTMIN + 3);
    NEED(read(tube[0], &byte, 1) == 1);
    NEED(write(tube[1], "x", 1) == 1);
    printf("%d caught, code %d\n", caught_count, (int)code);
    TELL(fd_seen == tube[0]);
    SHOW(fcntl(tube[0], F_SETFL, 0));
    code = 0;
    NEED(write(tube[1], "x", 1) == 1);
    printf("code %d\n", (int)code);
    return 0;
}
