/* SPDX-License-Identifier: MIT */
/* uring_link.c - linked entries run one after the other; a failure ends the rest. */
#include "tests/diff/uring.h"

int main(void)
{
    char text[16] = "";
    int tube[2], fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(fd >= 0 && pipe(tube) == 0);
    ring_start(8, 0);
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_WRITE,
                                   .fd = fd,
                                   .addr = (uintptr_t) "abc",
                                   .len = 3,
                                   .flags = IOSQE_IO_LINK,
                                   .user_data = 1});
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_READ, .fd = fd, .addr = (uintptr_t)text, .len = 3, .user_data = 2});
    SHOW(ring_enter(2, 2));
    ring_say();
    printf("%s\n", text);
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_READ, .fd = 999, .flags = IOSQE_IO_LINK, .user_data = 3});
    ring_put(
        (struct io_uring_sqe){.opcode = IORING_OP_NOP, .flags = IOSQE_IO_LINK, .user_data = 4});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = 5});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = 6});
    SHOW(ring_enter(4, 4));
    ring_say();
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ,
                                   .fd = tube[0],
                                   .addr = (uintptr_t)text,
                                   .len = 5,
                                   .flags = IOSQE_IO_LINK,
                                   .user_data = 7});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_WRITE,
                                   .fd = fd,
                                   .addr = (uintptr_t)text,
                                   .len = 5,
                                   .off = 3,
                                   .user_data = 8});
    SHOW(ring_enter(2, 0));
    ring_say();
    NEED(write(tube[1], "later", 5) == 5);
    SHOW(ring_enter(0, 2));
    ring_say();
    say_file("file");
    return 0;
}
