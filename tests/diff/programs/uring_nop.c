/* SPDX-License-Identifier: MIT */
/* uring_nop.c - entries that do nothing, more of them than the ring has places. */
#include "tests/diff/uring.h"

int main(void)
{
    ring_start(4, 0);
    printf("%u %u\n", ring_params.sq_entries, ring_params.cq_entries);
    for (unsigned i = 0; i < 3; i++)
        ring_put((struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = i + 1});
    SHOW(ring_enter(3, 3));
    ring_say();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 4; i++)
            ring_put((struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = round * 10 + i});
        SHOW(ring_enter(4, 0));
    }
    SHOW(ring_enter(0, 8));
    ring_say();
    SHOW(ring_enter(0, 1));
    ring_say();
    SHOW(ring_enter(2, 0));
    return 0;
}
