/* SPDX-License-Identifier: MIT */
/* file_async_permission.c - SIGIO goes to nobody whom the setter of the owner may not signal. */
#include "tests/diff/diff.h"

static int as_nobody(void *argument)
{
    int *tube = argument;

    NEED(setgid(65534) == 0 && setuid(65534) == 0);
    SHOW(fcntl(tube[0], F_SETOWN, getppid()));
    SHOW(fcntl(tube[0], 10 /* F_SETSIG */, SIGUSR1));
    SHOW(fcntl(tube[0], F_SETFL, O_ASYNC));
    NEED(write(tube[1], "x", 1) == 1);
    return 0;
}

int main(void)
{
    int tube[2];

    if (geteuid() != 0) {
        printf("needs root\n");
        return 0;
    }
    NEED(pipe(tube) == 0);
    catch_signal(SIGUSR1, 0);
    run_child("nobody", as_nobody, tube);
    printf("%d caught\n", caught_count);
    SHOW(fcntl(tube[0], F_SETOWN, getpid()));
    NEED(write(tube[1], "x", 1) == 1);
    printf("%d caught\n", caught_count);
    return 0;
}
