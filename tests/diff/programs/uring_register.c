/* SPDX-License-Identifier: MIT */
/* uring_register.c - registered files, buffers and an eventfd. */
#include "tests/diff/uring.h"

int main(void)
{
    static char buffer[4096];
    struct iovec vector = {buffer, sizeof buffer};
    int files[2] = {-1, -1}, event = eventfd(0, EFD_NONBLOCK);
    struct io_uring_files_update update = {.offset = 0};
    uint64_t count = 0;
    int fd;

    make_text("file", "registered");
    fd = open("file", O_RDONLY);
    NEED(fd >= 0 && event >= 0);
    ring_start(8, 0);
    files[1] = fd;
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_FILES, files, 2));
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_FILES, files, 2));
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_BUFFERS, &vector, 1));
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_EVENTFD, &event, 1));
    close(fd);
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ_FIXED,
                                   .fd = 1,
                                   .addr = (uintptr_t)buffer + 100,
                                   .len = 50,
                                   .flags = IOSQE_FIXED_FILE,
                                   .user_data = 1});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ,
                                   .fd = 0,
                                   .addr = (uintptr_t)buffer,
                                   .len = 50,
                                   .flags = IOSQE_FIXED_FILE,
                                   .user_data = 2});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ,
                                   .fd = 5,
                                   .addr = (uintptr_t)buffer,
                                   .len = 50,
                                   .flags = IOSQE_FIXED_FILE,
                                   .user_data = 3});
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ_FIXED,
                                   .fd = 1,
                                   .addr = (uintptr_t)buffer + 4090,
                                   .len = 50,
                                   .flags = IOSQE_FIXED_FILE,
                                   .user_data = 4});
    SHOW(ring_enter(4, 4));
    ring_say();
    printf("%s\n", buffer + 100);
    SHOW(read(event, &count, 8));
    TELL(count > 0);
    fd = open("file", O_RDONLY);
    update.fds = (uintptr_t)&fd;
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_FILES_UPDATE, &update, 1));
    ring_put((struct io_uring_sqe){.opcode = IORING_OP_READ,
                                   .fd = 0,
                                   .addr = (uintptr_t)buffer,
                                   .len = 4,
                                   .flags = IOSQE_FIXED_FILE,
                                   .user_data = 5});
    SHOW(ring_enter(1, 1));
    ring_say();
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_UNREGISTER_FILES, NULL, 0));
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_UNREGISTER_FILES, NULL, 0));
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_UNREGISTER_BUFFERS, NULL, 0));
    SHOW(syscall(SYS_io_uring_register, ring_fd, IORING_UNREGISTER_EVENTFD, NULL, 0));
    SHOW(syscall(SYS_io_uring_register, ring_fd, 9999, NULL, 0));
    return 0;
}
