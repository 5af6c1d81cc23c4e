/* SPDX-License-Identifier: MIT */
/* uring_errors.c - what io_uring_setup and io_uring_enter refuse. */
#include "tests/diff/uring.h"

int main(void)
{
    struct io_uring_params p = {0};

    SHOW(syscall(SYS_io_uring_setup, 0, &p));
    SHOW(syscall(SYS_io_uring_setup, 100000, &p));
    SHOW(syscall(SYS_io_uring_setup, 4, BAD_POINTER));
    p.flags = 1u << 31;
    SHOW(syscall(SYS_io_uring_setup, 4, &p));
    p = (struct io_uring_params){.resv[0] = 1};
    SHOW(syscall(SYS_io_uring_setup, 4, &p));
    p = (struct io_uring_params){.flags = IORING_SETUP_CQSIZE, .cq_entries = 2};
    SHOW(syscall(SYS_io_uring_setup, 4, &p));
    p = (struct io_uring_params){.flags = IORING_SETUP_CLAMP};
    SHOW_OK(syscall(SYS_io_uring_setup, 100000, &p));
    printf("%u\n", p.sq_entries);
    SHOW(syscall(SYS_io_uring_enter, 999, 0, 0, 0, NULL, 0));
    SHOW(syscall(SYS_io_uring_enter, 1, 0, 0, 0, NULL, 0));
    ring_start(4, 0);
    SHOW(syscall(SYS_io_uring_enter, ring_fd, 0, 0, 1u << 20, NULL, 0));
    SHOW(ring_enter(5, 0));
    ring_put((struct io_uring_sqe){.opcode = 250, .user_data = 1});
    SHOW(ring_enter(1, 1));
    ring_say();
    sq_array[*sq_tail & *sq_mask] = 77;
    __atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);
    ring_enter(1, 0);
    ring_say();
    TELL(fcntl(ring_fd, F_GETFD) == FD_CLOEXEC);
    return 0;
}
