/* SPDX-License-Identifier: MIT */
/*
 * handler.c - packets that a downloaded program answers where they arrive.
 *
 * A filter may have a program. It runs under a gate of net_lock before the packet goes to the filter's ring; what it sends is
 * copied into a slot of the card, and must belong to the same filter when it is turned round, as if the owner had
 * sent it. A run that is aborted, or a program that is gone, leaves the packet to the ring.
 */
#include "net/handler.h"
#include "base/string.h"
#include "core/calls.h"
#include "program/program.h"

_Atomic uint32_t handler_running[HANDLER_LOCKS];

static inline __attribute__((always_inline)) uint32_t run_it(struct net_queue *queue,
                                                             struct exo_net_row *filter,
                                                             const struct net_packet *packet,
                                                             uint64_t *events)
{
    struct program_packet of = {
        .bytes = packet->bytes,
        .length = packet->have,
        .reply = queue->reply,
        .reply_bytes = NIC_COPY_MAX,
        .flags = packet->layout.network | (uint32_t)packet->layout.transport << 16,
    };
    struct code_run run __attribute__((uninitialized)); /* what is read of it is written before */

    if (queue->reply_of !=
        filter->filter.program) { /* what another owner's program wrote is not this one's to read */
        memset(queue->reply, 0, sizeof queue->reply);
        queue->reply_of = filter->filter.program;
    }
    uint32_t verdict = program_run_packet(filter->filter.program, &of, &run);
    bool flush = false;

    queue->work += run.cost;

    for (uint32_t i = 0; i < run.send_count; i++)
        flush |= ring_reply(queue, filter, run.send[i].bytes, run.send[i].length);
    if (flush)
        nic_flush(net_queue_number(queue));
    *events = run.wake;
    return verdict;
}

__attribute__((noinline, flatten)) uint32_t handler_run(struct net_queue *queue,
                                                        struct exo_net_row *filter,
                                                        const struct net_packet *packet,
                                                        uint64_t *events)
{
    /* Of pair 0 the compiler knows all places. */
    return queue == &net_queue[0] ? run_it(&net_queue[0], filter, packet, events)
                                  : run_it(queue, filter, packet, events);
}
