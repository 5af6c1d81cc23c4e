/* SPDX-License-Identifier: MIT */
/* uring_pipe.c - a read of an empty pipe waits in the ring until something comes. */
#include "tests/diff/uring.h"

int main(void)
{
    char text[16] = "";
    int tube[2];

    NEED(pipe(tube) == 0);
    ring_start(8, 0);
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ,
                                   .fd = tube[0],
                                   .addr = (uintptr_t)text,
                                   .len = 15,
                                   .user_data = 1});
    SHOW(ring_enter(1, 0));
    ring_say();
    NEED(write(tube[1], "late", 4) == 4);
    SHOW(ring_enter(0, 1));
    ring_say();
    printf("%s\n", text);
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ,
                                   .fd = tube[0],
                                   .addr = (uintptr_t)text,
                                   .len = 15,
                                   .user_data = 3});
    SHOW(ring_enter(1, 0));
    close(tube[1]);
    SHOW(ring_enter(0, 1));
    ring_say();
    return 0;
}
