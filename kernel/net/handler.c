/* SPDX-License-Identifier: MIT */
/*
 * handler.c - packets that a downloaded program answers where they arrive.
 *
 * A filter may have a program. It runs under net_lock before the packet goes to the filter's ring; what it sends is
 * copied into a slot of the card, and must belong to the same filter when it is turned round, as if the owner had
 * sent it. A run that is aborted, or a program that is gone, leaves the packet to the ring.
 */
#include "net/handler.h"
#include "base/string.h"
#include "core/calls.h"
#include "program/program.h"

static uint8_t reply[EXO_CODE_REACH]; /* under net_lock */
static uint64_t reply_of;             /* the program that has written it */

__attribute__((noinline)) uint32_t handler_run(struct exo_net_row *filter,
                                               const struct net_packet *packet, uint64_t *events,
                                               uint32_t *cost)
{
    struct program_packet of = {
        .bytes = packet->bytes,
        .length = packet->have,
        .reply = reply,
        .reply_bytes = NIC_COPY_MAX,
        .flags = packet->layout.network | (uint32_t)packet->layout.transport << 16,
    };
    struct code_run run __attribute__((uninitialized)); /* what is read of it is written before */

    if (reply_of !=
        filter->filter.program) { /* what another owner's program wrote is not this one's to read */
        memset(reply, 0, sizeof reply);
        reply_of = filter->filter.program;
    }
    uint32_t verdict = program_run_packet(filter->filter.program, &of, &run);
    bool flush = false;

    net_work += run.cost;

    for (uint32_t i = 0; i < run.send_count; i++)
        flush |= ring_reply(filter, run.send[i].bytes, run.send[i].length);
    if (flush)
        nic_flush();
    *events = run.wake;
    *cost = run.cost;
    return verdict;
}
