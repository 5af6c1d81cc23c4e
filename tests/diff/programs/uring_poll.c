/* SPDX-License-Identifier: MIT */
/* uring_poll.c - waiting for a descriptor through a ring, and giving it up. */
#include "tests/diff/uring.h"

int main(void)
{
    struct pollfd poller;
    int tube[2];

    NEED(pipe(tube) == 0);
    ring_start(8, 0);
    poller = (struct pollfd){.fd = ring_fd, .events = POLLIN};
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_POLL_ADD, .fd = tube[1], .poll32_events = POLLOUT, .user_data = 1});
    SHOW(ring_enter(1, 1));
    ring_say();
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_POLL_ADD, .fd = tube[0], .poll32_events = POLLIN, .user_data = 2});
    SHOW(ring_enter(1, 0));
    SHOW(poll(&poller, 1, 0));
    NEED(write(tube[1], "x", 1) == 1);
    SHOW(poll(&poller, 1, -1));
    SHOW(ring_enter(0, 1));
    ring_say();
    SHOW(poll(&poller, 1, 0));
    NEED(read(tube[0], &poller, 0) == 0);
    char byte;
    NEED(read(tube[0], &byte, 1) == 1);
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_POLL_ADD, .fd = tube[0], .poll32_events = POLLIN, .user_data = 3});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_POLL_REMOVE, .addr = 3, .user_data = 4});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_POLL_REMOVE, .addr = 77, .user_data = 5});
    SHOW(ring_enter(3, 3));
    ring_say();
    return 0;
}
