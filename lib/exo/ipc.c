/* SPDX-License-Identifier: MIT */
/* ipc.c - pipes between two envs: moving bytes, and whom to let run when there are none; see ipc.h. */
#include "lib/exo/ipc.h"

void exo_pipe_init(struct exo_pipe *pipe, uint64_t writer, uint64_t reader, uint32_t slot)
{
    pipe->ring = (struct instance_ring){.size_bytes = EXO_PIPE_BYTES};
    pipe->sleeps = 0;
    pipe->slot = slot;
    pipe->writer = writer;
    pipe->reader = reader;
}

void exo_pipe_wait(struct exo_pipe *pipe, uint64_t other, const volatile uint32_t *counter,
                   uint32_t value)
{
    if (exo_yield_to(pipe->slot, other) >= 0)
        return;
    struct exo_sleep_word word = {.address = (uint64_t)counter, .value = value};

    /* Who changes the counter looks at `sleeps` afterwards; the kernel looks at the counter after this store. */
    __atomic_store_n(&pipe->sleeps, 1, __ATOMIC_SEQ_CST);
    (void)exo_sleep((uint64_t)&word, 1, EXO_FOREVER);
}

void exo_pipe_wake(struct exo_pipe *pipe, uint64_t other)
{
    pipe->sleeps = 0;
    (void)exo_wake(pipe->slot, other, 0);
}

int64_t exo_pipe_write(struct exo_pipe *pipe, const void *bytes, uint32_t count)
{
    while (count) {
        uint32_t taken = pipe->ring.taken;
        uint32_t put = exo_ring_write(&pipe->ring, pipe->bytes, EXO_PIPE_BYTES, bytes, count);

        if (put == EXO_RING_BROKEN)
            return -EXO_E_ARG;
        bytes = (const uint8_t *)bytes + put;
        count -= put;
        __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the counter before `sleeps` */
        if (put && pipe->sleeps)
            exo_pipe_wake(pipe, pipe->reader);
        if (!put)
            exo_pipe_wait(pipe, pipe->reader, &pipe->ring.taken, taken);
    }
    return 0;
}

int64_t exo_pipe_read(struct exo_pipe *pipe, void *bytes, uint32_t count)
{
    while (count) {
        uint32_t written = pipe->ring.written;
        uint32_t got = exo_ring_take(&pipe->ring, pipe->bytes, EXO_PIPE_BYTES, bytes, count);

        if (got == EXO_RING_BROKEN)
            return -EXO_E_ARG;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (got && pipe->sleeps)
            exo_pipe_wake(pipe, pipe->writer);
        if (got)
            return got;
        exo_pipe_wait(pipe, pipe->writer, &pipe->ring.written, written);
    }
    return 0;
}
