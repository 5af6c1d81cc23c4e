/* SPDX-License-Identifier: MIT */
/* uring_files.c - files are opened, written, read, examined and closed through a ring. */
#include "tests/diff/uring.h"
#include <linux/stat.h>

int main(void)
{
    static struct statx st;
    char text[32] = "";
    struct iovec vector[2] = {{text, 3}, {text + 10, 20}};
    int fd;

    ring_start(8, 0);
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_OPENAT,
                                   .fd = AT_FDCWD,
                                   .addr = (uintptr_t) "file",
                                   .len = 0644,
                                   .open_flags = O_RDWR | O_CREAT,
                                   .user_data = 1});
    SHOW(ring_enter(1, 1));
    fd = ring_cqes[*cq_head & *cq_mask].res;
    __atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
    NEED(fd >= 0);
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_WRITE,
                                   .fd = fd,
                                   .addr = (uintptr_t) "hello ring",
                                   .len = 10,
                                   .off = 0,
                                   .user_data = 2});
    SHOW(ring_enter(1, 1));
    ring_say();
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READV,
                                   .fd = fd,
                                   .addr = (uintptr_t)vector,
                                   .len = 2,
                                   .off = 2,
                                   .user_data = 3});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_FSYNC, .fd = fd, .user_data = 4});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_STATX,
                                   .fd = AT_FDCWD,
                                   .addr = (uintptr_t) "file",
                                   .len = STATX_SIZE,
                                   .addr2 = (uintptr_t)&st,
                                   .user_data = 5});
    SHOW(ring_enter(3, 3));
    ring_say();
    printf("%.3s|%s %llu\n", text, text + 10, (unsigned long long)st.stx_size);
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ,
                                   .fd = fd,
                                   .addr = (uintptr_t)text,
                                   .len = 4,
                                   .off = (uint64_t)-1,
                                   .user_data = 6});
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_READ, .fd = 999, .addr = (uintptr_t)text, .len = 4, .user_data = 7});
    SHOW(ring_enter(2, 2));
    ring_say();
    SHOW(lseek(fd, 0, SEEK_CUR));
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_CLOSE, .fd = fd, .user_data = 8});
    SHOW(ring_enter(1, 1));
    ring_say();
    SHOW(fcntl(fd, F_GETFD));
    ring_put((struct io_uring_sqe){
        .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (uintptr_t) "file", .user_data = 9});
    SHOW(ring_enter(1, 1));
    ring_say();
    return 0;
}
