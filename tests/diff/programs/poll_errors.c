/* SPDX-License-Identifier: MIT */
/* poll_errors.c - poll's own errors, and descriptors it reports instead. */
#include "tests/diff/diff.h"

int main(void)
{
    struct pollfd list[3] = {{-1, POLLIN, 77}, {99, POLLIN, 0}, {0, 0, 0}};

    SHOW(poll(list, 3, 0));
    printf("%d %d %d\n", list[0].revents, list[1].revents, list[2].revents);
    SHOW(poll(NULL, 0, 0));
    SHOW(poll(BAD_POINTER, 1, 0));
    SHOW(poll(list, 1000000, 0));
    SHOW(syscall(SYS_ppoll, list, 1, &(struct timespec){-1, 0}, NULL, 8));
    SHOW(syscall(SYS_ppoll, list, 1, &(struct timespec){0, 1000000000}, NULL, 8));
    SHOW(syscall(SYS_ppoll, list, 1, BAD_POINTER, NULL, 8));
    SHOW(syscall(SYS_ppoll, list, 1, &(struct timespec){0, 0}, BAD_POINTER, 8));
    return 0;
}
