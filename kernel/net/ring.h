/* SPDX-License-Identifier: MIT */
/*
 * ring.h - packet rings: where received packets go and packets to send come from.
 *
 * What takes a struct net_queue REQUIRES(net_lock shared by its gate), all else REQUIRES(net_lock).
 */
#pragma once
#include "dev/nic.h"
#include "core/env.h"
#include "core/lock.h"
#include "net/filter.h"

static inline void net_queue_take(const struct net_queue *queue)
{
    lock_share_on(cpu_by_index(net_queue_number(queue)), &net_lock);
}

static inline void net_queue_drop(const struct net_queue *queue)
{
    lock_unshare_on(cpu_by_index(net_queue_number(queue)), &net_lock);
}

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
/* ring_make - a free row becomes a ring that sends by this queue: there is room, its frames are taken, the env is checked. */
void ring_make(struct exo_net_row *row, const struct exo_net_ring_config *config,
               const struct net_queue *queue);

/* ring_end - it ends; the row is free at once, or as soon as the card reads none of its buffers and ring_finish is called: false until then.
 * REQUIRES(memory_lock), too. */
bool ring_end(struct exo_net_row *row);

/* ring_finish - the row of a ring that has ended, if the card reads nothing of it any more, becomes free. REQUIRES(memory_lock), too. */
void ring_finish(void);

/* ring_end_of_env - end a ring whose events go to this env; false: there is none (any more). REQUIRES(memory_lock), too. */
bool ring_end_of_env(uint64_t env);

/* ring_named - the ring of that name and serial number if it lives; else NULL. The name is 0 or once was a ring's: a filter's. */
struct exo_net_row *ring_named(uint32_t name, uint64_t serial); /* by any gate of net_lock */

/* ring_deliver - copy a packet into the ring's next buffer; flags EXO_NET_RECEIVED_*. False: there is none. */
bool ring_deliver(struct net_queue *queue, struct exo_net_row *row, const struct net_packet *packet,
                  uint32_t filter, uint32_t flags);

/* ring_deliver_merged - the same for a packet of several buffers, the first of which is packet's: an entry of the ring for each, or none. */
bool ring_deliver_merged(struct net_queue *queue, struct exo_net_row *row,
                         const struct net_packet *packet, const struct nic_received *received,
                         uint32_t filter, uint32_t flags);

/* ring_capture - the same for the capture ring, if there is one. */
void ring_capture(struct net_queue *queue, const struct net_packet *packet, uint32_t filter,
                  uint32_t flags);

/*
 * ring_send - send what is posted. The queue is the ring's.
 *
 * sent  counted up by the packets sent
 *
 * Returns  0; EXO_E_ARG impossible counters; EXO_E_AGAIN the card is full, or this was enough for one turn: the ring waits
 * Bound    EXO_NET_SEND_MAX descriptors
 */
int ring_send(struct net_queue *queue, struct exo_net_row *row, uint32_t *sent);

/*
 * ring_reply - send one packet of a handler's, which must belong to its filter. The caller flushes.
 *
 * Returns  false: refused, or the card is full
 */
bool ring_reply(struct net_queue *queue, struct exo_net_row *filter, const uint8_t *bytes,
                uint32_t length);

/* ring_env - the env that gets a ring's events; it lives as long as net_lock is held. NULL: the ring has ended. */
struct env *ring_env(const struct exo_net_row *row);
/* ring_wake - the ring's env shall get its event, and these. */
void ring_wake(struct net_queue *queue, const struct exo_net_row *row, uint64_t events);
/* ring_sent - take back what the card is done with; rings that waited for room go on. */
void ring_sent(struct net_queue *queue);

/* ring_tidy - ring_sent if it is time: somebody waits for it, or the card holds many slots. */
void ring_tidy(struct net_queue *queue);

/* What may be spent on packets (queue->work) before interrupts are answered. */
#define NET_WORK_TURN 10000

/* ring_can_go_on - does a ring wait for its next turn only, not for the card? */
bool ring_can_go_on(const struct net_queue *queue);
/* ring_waits - does a ring wait for the card to be done, or for its next turn? */
bool ring_waits(const struct net_queue *queue);

/* An env that is to get these events; 0: ring_finish is wanted. */
struct ring_notice {
    uint64_t env, events;
};

struct exo_net_row *ring_numbered(uint32_t number); /* NULL: none */

/*
 * ring_notices - envs of rings in which something has arrived, or that ring_wake named; forgotten.
 *
 * notice  room for EXO_NET_RINGS_MAX
 * caller  NULL or a ring whose env will look by itself: it is told only what ring_wake named
 *
 * Returns  how many
 */
uint32_t ring_notices(struct net_queue *queue, struct ring_notice *notice,
                      const struct exo_net_row *caller);

/* ring_start - boot: the card. */
void ring_start(struct exo_net_card *card);
