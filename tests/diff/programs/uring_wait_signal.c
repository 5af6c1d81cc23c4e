/* SPDX-License-Identifier: MIT */
/* uring_wait_signal.c - a wait in io_uring_enter ends with a signal, and with its timeout. */
#include "tests/diff/uring.h"

int main(void)
{
    struct timespec little = {0, 2000000};
    struct io_uring_getevents_arg argument = {.ts = (uintptr_t)&little};
    /* Again and again: the first may come before the wait has begun. */
    struct itimerval soon = {.it_interval = {0, 5000}, .it_value = {0, 5000}};

    ring_start(4, 0);
    errno = 0;
    printf("%ld %s\n",
           syscall(SYS_io_uring_enter, ring_fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
                   &argument, sizeof argument),
           errno == 62 ? "ETIME" : error_name(errno));
    catch_signal(SIGALRM, 0);
    NEED(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    SHOW(ring_enter(0, 1));
    TELL(caught_count > 0);
    return 0;
}
