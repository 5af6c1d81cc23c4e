/* SPDX-License-Identifier: MIT */
/*
 * ipc.h - interprocess communication of ExOS, as a library: remote procedure calls over protected control transfer, and
 * byte pipes over shared frames.
 *
 * Remote procedure call. exo_transfer_call (transfer.h) is the safe one: it saves every register that C wants kept,
 * whatever the callee does. exo_trusted_call leaves that to the callee, which must keep to the C calling convention: use
 * it between envs that trust each other anyway.
 *
 * Pipe. One writer, one reader, in envs that share the struct and may wake each other with `slot`. Writing into a full pipe and
 * reading from an empty one donates the rest of the slice to the other env; when that one runs on another CPU or sleeps, the
 * caller sleeps on the ring's counter and is woken. Neither trusts the other's counter.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "exo_numbers.h"
#include "exo_stubs.h"
#include "lib/exo/ring.h"

/*
 * exo_trusted_call - call an env that keeps rbx, rbp and r12 to r15 as C does; two words each way.
 *
 * slot, env   as for exo_transfer_call
 * word0, word1  in: the message (rdx and r10 at the callee's entry); out: the reply in the same registers
 *
 * Returns  0 or -EXO_E_CAP, -EXO_E_NONE, -EXO_E_BUSY; the words are then undefined
 */
static inline int64_t exo_trusted_call(uint64_t slot, uint64_t env, uint64_t *word0,
                                       uint64_t *word1)
{
    register uint64_t second __asm__("r10") = *word1;
    uint64_t result = (uint64_t)EXO_CALL_TAG << 32 | EXO_CALL_TRANSFER_CALL;

    __asm__ volatile("syscall"
                     : "+a"(result), "+D"(slot), "+S"(env), "+d"(*word0), "+r"(second)
                     :
                     : "rcx", "r8", "r9", "r11", "memory");
    *word1 = second;
    return (int64_t)result;
}

#define EXO_PIPE_BYTES 2048

struct exo_pipe {
    struct instance_ring ring;
    volatile uint32_t sleeps; /* somebody may sleep on a counter of the ring */
    uint32_t slot;            /* capability that dominates both envs */
    uint64_t writer, reader;  /* env ids */
    uint8_t bytes[EXO_PIPE_BYTES];
};

/* exo_pipe_init - an empty pipe between two envs, each of which has a capability for the other in `slot`. */
void exo_pipe_init(struct exo_pipe *pipe, uint64_t writer, uint64_t reader, uint32_t slot);

/* The slow half of reading and writing: let the other env run until *counter is no longer `value`. */
void exo_pipe_wait(struct exo_pipe *pipe, uint64_t other, const volatile uint32_t *counter,
                   uint32_t value);
void exo_pipe_wake(struct exo_pipe *pipe, uint64_t other);

/*
 * exo_pipe_write - all of `count` bytes; waits for room.
 *
 * Returns  0, or -EXO_E_ARG: the reader's counter is impossible, the pipe is dead
 */
int64_t exo_pipe_write(struct exo_pipe *pipe, const void *bytes, uint32_t count);

/*
 * exo_pipe_read - at least one and at most `count` bytes; waits for the first.
 *
 * Returns  bytes read, or -EXO_E_ARG: the writer's counter is impossible
 */
int64_t exo_pipe_read(struct exo_pipe *pipe, void *bytes, uint32_t count);

/*
 * exo_pipe_put, exo_pipe_get - one 64-bit word, inlined into the caller (ExOS's pipe'). A pipe that is used with these
 * carries nothing but words, so that none lies across the end of the buffer. False: the peer's counter is impossible.
 */
static inline bool exo_pipe_put(struct exo_pipe *pipe, uint64_t word)
{
    uint32_t written = pipe->ring.written;
    uint32_t taken;

    while (written - (taken = __atomic_load_n(&pipe->ring.taken, __ATOMIC_ACQUIRE)) >
           EXO_PIPE_BYTES - 8) {
        if (written - taken > EXO_PIPE_BYTES)
            return false;
        exo_pipe_wait(pipe, pipe->reader, &pipe->ring.taken, taken);
    }
    *(uint64_t *)(pipe->bytes + written % EXO_PIPE_BYTES) = word;
    __atomic_store_n(&pipe->ring.written, written + 8,
                     __ATOMIC_SEQ_CST); /* before `sleeps` is looked at */
    if (pipe->sleeps)
        exo_pipe_wake(pipe, pipe->reader);
    return true;
}

static inline bool exo_pipe_get(struct exo_pipe *pipe, uint64_t *word)
{
    uint32_t taken = pipe->ring.taken;
    uint32_t written;

    while ((written = __atomic_load_n(&pipe->ring.written, __ATOMIC_ACQUIRE)) - taken < 8)
        exo_pipe_wait(pipe, pipe->writer, &pipe->ring.written, written);
    if (written - taken > EXO_PIPE_BYTES)
        return false;
    *word = *(const uint64_t *)(pipe->bytes + taken % EXO_PIPE_BYTES);
    __atomic_store_n(&pipe->ring.taken, taken + 8, __ATOMIC_SEQ_CST);
    if (pipe->sleeps)
        exo_pipe_wake(pipe, pipe->writer);
    return true;
}
