/* SPDX-License-Identifier: MIT */
/* handler.h - filters whose packets a downloaded program looks at first. */
#pragma once
#include "net/ring.h"

/*
 * handler_begin - may the program run here, with what it sends? Programs are written for one CPU: it and others whose ids say the
 * same place run on one at a time. True: handler_end follows. False: it runs elsewhere; the packet is to be left for another turn, since
 * to wait for it could take as long as two runs.
 */
#define HANDLER_LOCKS 64
extern _Atomic uint32_t handler_running[HANDLER_LOCKS];
static inline bool handler_begin(uint64_t program)
{
    return !atomic_exchange_explicit(&handler_running[program % HANDLER_LOCKS], 1,
                                     memory_order_acquire);
}

static inline void handler_end(uint64_t program)
{
    atomic_store_explicit(&handler_running[program % HANDLER_LOCKS], 0, memory_order_release);
}

/*
 * handler_run - run the filter's program on a packet; what it sends is sent. REQUIRES(net_lock shared by the queue's gate, handler_begin).
 *
 * events  set to the event bits that the env of the filter's ring shall get
 *
 * Returns  EXO_CODE_DELIVER, EXO_CODE_CONSUMED or EXO_CODE_DROP, perhaps with EXO_CODE_TRANSFER
 */
uint32_t handler_run(struct net_queue *queue, struct exo_net_row *filter,
                     const struct net_packet *packet, uint64_t *events);
