/* SPDX-License-Identifier: MIT */
/* uring_timeout.c - a timeout ends by time, by a number of completions, or by removal. */
#include "tests/diff/uring.h"

int main(void)
{
    struct timespec little = {0, 1000000}, much = {100, 0}, bad = {0, -1};

    ring_start(8, 0);
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_TIMEOUT, .addr = (uintptr_t)&little, .len = 1, .user_data = 1});
    SHOW(ring_enter(1, 1));
    ring_say();
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_TIMEOUT, .addr = (uintptr_t)&much, .len = 1, .off = 1, .user_data = 2});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = 3});
    SHOW(ring_enter(2, 2));
    ring_say();
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_TIMEOUT, .addr = (uintptr_t)&much, .len = 1, .user_data = 4});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_TIMEOUT_REMOVE, .addr = 4, .user_data = 5});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_TIMEOUT_REMOVE, .addr = 4, .user_data = 6});
    SHOW(ring_enter(3, 3));
    ring_say();
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_TIMEOUT, .addr = (uintptr_t)&bad, .len = 1, .user_data = 7});
    SHOW(ring_enter(1, 1));
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_TIMEOUT, .addr = (uintptr_t)&little, .len = 2, .user_data = 8});
    SHOW(ring_enter(1, 2));
    ring_say();
    return 0;
}
