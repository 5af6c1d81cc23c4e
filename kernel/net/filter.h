/* SPDX-License-Identifier: MIT */
/*
 * filter.h - filters and the decision which of them a packet belongs to. Pure but for net_rows.
 *
 * A filter is a cube: the keys with (key & mask) == value. Filters lie inside each other as trees; at each level
 * those with the same mask share a shape, and one hash probe a shape finds the filter, however many there are.
 */
#pragma once
#include "core/arch.h"
#include "core/cap.h"
#include "net/queue.h"

#define NET_BUCKETS_LOG 14

_Static_assert(EXO_NET_ROWS * sizeof(struct exo_net_row) == EXO_PAGE_SIZE, "rows fill frames");

/* The row with this name. REQUIRES(net_lock shared), and that it exists. */
static inline struct exo_net_row *net_row(uint32_t name)
{
    return (struct exo_net_row *)frame_window(0) + name;
}

static inline uint32_t net_row_name(const struct exo_net_row *row)
{
    return (uint32_t)(((uint64_t)row - (uint64_t)frame_window(0)) / sizeof *row);
}

static inline struct path net_row_guard(const struct exo_net_row *row)
{
    return (struct path){.part = {row->guard[0], row->guard[1]}, .depth = row->guard_depth};
}

/* filter_start - hash keys that nobody outside can guess; `random` any 64 bits. The memory of flows of further queues is there. Boot. */
void filter_start(uint64_t random);

/*
 * filter_find - the filter that a packet belongs to: at each level the matching one with most mask bits. All of the packet is there (have
 * == length). Fills in its layout.
 *
 * Returns  its row; NULL: nobody's
 * Bound    EXO_NET_DEPTH_MAX levels of EXO_NET_SHAPES_MAX shapes; the buckets' chains are short
 */
struct exo_net_row *filter_find(struct net_queue *queue, struct net_packet *packet);

/* filter_of_flow - the filter that packets of this flow belong to, if that is known to this pair of queues; else 0. */
uint32_t filter_of_flow(const struct net_queue *queue, const struct net_flow *flow);

/* Counts up whenever a filter comes or goes: what was found out before may be wrong then. REQUIRES(net_lock). */
extern uint64_t filter_changes;

/* filter_demux - as filter_find, by key. `deep` is set if the answer depends on more than what a flow says. */
struct exo_net_row *filter_demux(struct net_queue *queue, const union net_key *key, bool *deep);

/* filter_top - the first shape of the filters that lie in nobody's; 0: none. */
uint32_t filter_top(void);

/* filter_matches - does a key lie in a filter's set? */
bool filter_matches(const struct exo_net_row *filter, const union net_key *key);

/*
 * filter_insert - hang a free row's filter in: kind, guard, flags, mask, value and parent are filled in.
 *
 * by     path of the capability that asks: it may place a filter over or beside others that it dominates
 * other  set to the filter that is in the way
 *
 * Returns  0; EXO_E_ARG not strictly inside its parent, inside a shared one, or too deep; EXO_E_EXISTS, EXO_E_OVERLAP,
 *          EXO_E_BUSY too many shapes or twins. Then nothing has changed.
 */
int filter_insert(struct exo_net_row *filter, const struct path *by, uint32_t *other);

/* filter_remove - take a filter out, those inside it first; rows become free. At most *budget, which is counted
 * down. False: some are left. */
bool filter_remove(struct exo_net_row *filter, uint32_t *budget);
