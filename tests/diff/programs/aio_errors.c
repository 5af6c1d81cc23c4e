/* SPDX-License-Identifier: MIT */
/* aio_errors.c - what io_setup, io_submit and io_getevents refuse. */
#include "tests/diff/diff.h"
#include <linux/aio_abi.h>

int main(void)
{
    aio_context_t context = 0, used = 5;
    char byte;
    struct iocb iocb = {.aio_lio_opcode = IOCB_CMD_PREAD,
                        .aio_buf = (uintptr_t)&byte,
                        .aio_nbytes = 1,
                        .aio_fildes = 999};
    struct iocb *list[2] = {&iocb, BAD_POINTER};
    struct io_event events[2];

    SHOW(syscall(SYS_io_setup, 0, &context));
    SHOW(syscall(SYS_io_setup, 4, &used));
    SHOW(syscall(SYS_io_setup, 4, BAD_POINTER));
    SHOW(syscall(SYS_io_setup, 4, &context));
    SHOW(syscall(SYS_io_submit, context, 1, list));
    iocb.aio_fildes = 1;
    SHOW(syscall(SYS_io_submit, context, 1, list));
    make_text("file", "1");
    iocb.aio_fildes = (uint32_t)open("file", O_RDONLY);
    iocb.aio_lio_opcode = 99;
    SHOW(syscall(SYS_io_submit, context, 1, list));
    iocb.aio_lio_opcode = IOCB_CMD_PREAD;
    SHOW(syscall(SYS_io_submit, context, -1, list));
    SHOW(syscall(SYS_io_submit, context, 0, list));
    SHOW(syscall(SYS_io_submit, context, 1, list + 1));
    SHOW(syscall(SYS_io_submit, context, 2, list));
    SHOW(syscall(SYS_io_getevents, context, 1, 2, events, NULL));
    SHOW(syscall(SYS_io_submit, 12345, 1, list));
    SHOW(syscall(SYS_io_getevents, context, 3, 2, events, NULL));
    SHOW(syscall(SYS_io_destroy, 12345));
    return 0;
}
