/* SPDX-License-Identifier: MIT */
/* ring.h - packet rings: where received packets go and packets to send come from. All REQUIRE(net_lock). */
#pragma once
#include "dev/nic.h"
#include "core/env.h"
#include "net/filter.h"

/*
 * ring_next - the entry of a ring of `size` that comes next, by counters that the other side writes.
 *
 * posted  what the other side says it has offered
 * used    what we have used of that
 *
 * Returns  0 .. size - 1; size: nothing is offered, or the difference is impossible. Pure.
 */
static inline uint32_t ring_next(uint32_t posted, uint32_t used, uint32_t size)
{
    return posted - used - 1 < size ? used % size : size;
}

/* ring_room - may a ring with these flags (EXO_NET_CAPTURE) be made for who holds this capability? */
bool ring_room(uint32_t flags, const struct cap *cap);
/* ring_make - a free row becomes a ring: there is room, its frames are taken, the env is checked. */
void ring_make(struct exo_net_row *row, const struct exo_net_ring_config *config);

/* ring_end - it ends; the row is free at once, or as soon as the card reads none of its buffers: false until then.
 * REQUIRES(memory_lock), too. */
bool ring_end(struct exo_net_row *row);

/* ring_end_of_env - end a ring whose events go to this env; false: there is none (any more). REQUIRES(memory_lock), too. */
bool ring_end_of_env(uint64_t env);

/* ring_named - the ring of that name and serial number if it lives; else NULL. Any name is allowed. */
struct exo_net_row *ring_named(uint32_t name, uint64_t serial);

/* ring_deliver - copy a packet into the ring's next buffer; flags EXO_NET_RECEIVED_*. False: there is none. */
bool ring_deliver(struct exo_net_row *row, const struct net_packet *packet, uint32_t filter,
                  uint32_t flags);

/* ring_capture - the same for the capture ring, if there is one. */
void ring_capture(const struct net_packet *packet, uint32_t filter, uint32_t flags);

/*
 * ring_send - send what is posted.
 *
 * sent  counted up by the packets sent
 *
 * Returns  0; EXO_E_ARG impossible counters; EXO_E_AGAIN the card is full, or this was enough for one turn: the ring waits
 * Bound    EXO_NET_SEND_MAX descriptors
 */
int ring_send(struct exo_net_row *row, uint32_t *sent);

/*
 * ring_reply - send one packet of a handler's, which must belong to its filter. The caller flushes.
 *
 * Returns  false: refused, or the card is full
 */
bool ring_reply(struct exo_net_row *filter, const uint8_t *bytes, uint32_t length);

/* ring_env - the env that gets a ring's events; it lives as long as net_lock is held. NULL: the ring has ended. */
struct env *ring_env(const struct exo_net_row *row);
/* ring_wake - the ring's env shall get its event, and these. */
void ring_wake(const struct exo_net_row *row, uint64_t events);
/* ring_sent - take back what the card is done with; rings that waited for room go on. `locked`: memory_lock is held. */
void ring_sent(bool locked);

/* ring_tidy - ring_sent if it is time: somebody waits for it, or the card holds many slots. */
void ring_tidy(void);

/* What may be spent on packets (net_work) before interrupts are answered. */
#define NET_WORK_TURN 10000

/* ring_can_go_on - does a ring wait for its next turn only, not for the card? */
bool ring_can_go_on(void);
/* ring_waits - does a ring wait for the card to be done, or for its next turn? */
bool ring_waits(void);

/* An env that is to get these events. */
struct ring_notice {
    uint64_t env, events;
};

struct exo_net_row *ring_numbered(uint32_t number); /* NULL: none */

extern uint64_t ring_wakes; /* numbers of rings whose envs are to be told */
/*
 * ring_notices - envs of rings in which something has arrived, or that ring_wake named; forgotten.
 *
 * notice  room for EXO_NET_RINGS_MAX
 * caller  NULL or a ring whose env will look by itself: it is told only what ring_wake named
 *
 * Returns  how many
 */
uint32_t ring_notices(struct ring_notice *notice, const struct exo_net_row *caller);

/* ring_start - boot: the card. */
void ring_start(struct exo_net_card *card);
