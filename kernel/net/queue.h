/* SPDX-License-Identifier: MIT */
/*
 * queue.h - what kernel/net keeps for each pair of the card's queues, and its lock.
 *
 * A CPU that takes packets from pair n, or sends by it, holds net_lock shared by the gate of CPU n: pairs do not meet. Whoever changes what
 * they share (filters, rings, tables) holds net_lock alone. What they share and change all the same: counters of filters (atomic), and the
 * receiving side of a ring, which has a lock of its own.
 */
#pragma once
#include "dev/nic.h"
#include "net/key.h"

#define NET_FLOWS_LOG 13
#define NET_FLOWS     (1u << NET_FLOWS_LOG)
#define NET_FLOW_WAYS 4

/* Answers that were given, a flow and its filter: filter.c. */
struct net_known {
    uint64_t addresses;
    uint32_t ports, filter;
};
struct net_flows {
    struct net_known place[NET_FLOWS][NET_FLOW_WAYS];
};

struct net_queue {
    uint32_t work;  /* instructions, about, spent on packets since interrupts were last answered */
    uint32_t lent;  /* packets of which the card reads rings' buffers */
    uint64_t wakes; /* numbers of rings whose envs are to be told */
    uint64_t stalled;             /* of rings with something to send that found no slot */
    struct exo_net_queue *count;  /* exposed */
    struct net_flows *flows;      /* I; pair 0: filter.c's own */
    struct nic_received received; /* the last packet */
    bool held;                    /* it waits for the next turn */
    bool deferred;                /* what is left waits for the clock */
    uint64_t more_events[EXO_NET_RINGS_MAX]; /* asked for by handlers */
    /* What was found out last: a packet of this flow may be sent by permission of the filter. */
    struct {
        struct net_flow flow;
        uint64_t serial; /* of the ring; 0: the filter's program sends */
        uint64_t changes;
        uint32_t filter;
    } allowed;
    uint64_t reply_of; /* the program that has written `reply` */
    uint8_t reply[EXO_CODE_REACH];
};

extern struct net_queue net_queue[EXO_NET_QUEUES_MAX];

static inline uint32_t net_queue_number(const struct net_queue *queue)
{
    return (uint32_t)(queue - net_queue);
}
