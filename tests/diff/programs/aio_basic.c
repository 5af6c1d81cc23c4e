/* SPDX-License-Identifier: MIT */
/* aio_basic.c - writes and reads through the old asynchronous calls. */
#include "tests/diff/diff.h"
#include <linux/aio_abi.h>

int main(void)
{
    aio_context_t context = 0;
    char text[16] = "";
    struct iocb write = {.aio_lio_opcode = IOCB_CMD_PWRITE,
                         .aio_buf = (uintptr_t) "hello aio",
                         .aio_nbytes = 9,
                         .aio_data = 1};
    struct iocb read = {.aio_lio_opcode = IOCB_CMD_PREAD,
                        .aio_buf = (uintptr_t)text,
                        .aio_nbytes = 15,
                        .aio_offset = 6,
                        .aio_data = 2};
    struct iocb sync = {.aio_lio_opcode = IOCB_CMD_FSYNC, .aio_data = 3};
    struct iocb *list[3] = {&write, &read, &sync};
    struct io_event events[4];
    struct timespec none = {0, 0};
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(fd >= 0);
    write.aio_fildes = read.aio_fildes = sync.aio_fildes = (uint32_t)fd;
    SHOW(syscall(SYS_io_setup, 8, &context));
    TELL(context != 0);
    SHOW(syscall(SYS_io_submit, context, 1, list));
    SHOW(syscall(SYS_io_getevents, context, 1, 4, events, NULL));
    printf("%lld %lld\n", events[0].data, events[0].res);
    TELL(events[0].obj == (uintptr_t)&write);
    SHOW(syscall(SYS_io_submit, context, 1, list + 1));
    SHOW(syscall(SYS_io_getevents, context, 1, 4, events, NULL));
    printf("%lld %lld %s\n", events[0].data, events[0].res, text);
    SHOW(syscall(SYS_io_submit, context, 1, list + 2));
    SHOW(syscall(SYS_io_getevents, context, 1, 4, events, NULL));
    printf("%lld %lld\n", events[0].data, events[0].res);
    SHOW(syscall(SYS_io_getevents, context, 0, 4, events, &none));
    SHOW(syscall(SYS_io_getevents, context, 1, 4, events, &none));
    SHOW(syscall(SYS_io_destroy, context));
    SHOW(syscall(SYS_io_destroy, context));
    return 0;
}
