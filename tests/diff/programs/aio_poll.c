/* SPDX-License-Identifier: MIT */
/* aio_poll.c - waiting for a pipe with an eventfd that tells of the event. */
#include "tests/diff/diff.h"
#include <linux/aio_abi.h>

int main(void)
{
    aio_context_t context = 0;
    int tube[2], event = eventfd(0, 0);
    struct iocb iocb = {.aio_lio_opcode = IOCB_CMD_POLL,
                        .aio_buf = POLLIN,
                        .aio_data = 9,
                        .aio_flags = IOCB_FLAG_RESFD};
    struct iocb *list[1] = {&iocb};
    struct io_event events[2];
    uint64_t count = 0;

    NEED(pipe(tube) == 0 && event >= 0);
    iocb.aio_fildes = (uint32_t)tube[0];
    iocb.aio_resfd = (uint32_t)event;
    SHOW(syscall(SYS_io_setup, 4, &context));
    SHOW(syscall(SYS_io_submit, context, 1, list));
    NEED(write(tube[1], "x", 1) == 1);
    SHOW(read(event, &count, 8));
    printf("%lu\n", (unsigned long)count);
    SHOW(syscall(SYS_io_getevents, context, 1, 2, events, NULL));
    printf("%lld %lld\n", events[0].data, events[0].res & POLLIN);
    return 0;
}
