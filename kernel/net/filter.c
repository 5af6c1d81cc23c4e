/* SPDX-License-Identifier: MIT */
/*
 * filter.c - which filter a packet belongs to, and which filters may exist beside each other.
 *
 * Invariants:
 *   1. A filter's set lies strictly inside its parent's; the top (parent 0) is everything.
 *   2. Filters of one level whose owners' paths are not one above the other are disjoint, or both shared.
 *   3. Sets of one level are different, except shared ones: those hang off the first as twins and are in no bucket.
 *   4. All filters of a level with the same mask are peers in one ring list; the first of them stands in the
 *      level's list of shapes, which is ordered by mask bits, most first.
 * A packet's cost is shapes on its way times one hash probe. Who may add shapes to a level is its owner, so nobody can
 * make another's packets dearer than by one shape at each level above both.
 * Not here: frames and capabilities (net.c), packets (key.c).
 */
#include "net/filter.h"
#include "base/string.h"

#define BUCKETS    (1u << NET_BUCKETS_LOG)
#define WORK_SHAPE 90 /* a probe */
#define WORK_KEY   300

static uint32_t buckets[BUCKETS];
static uint64_t seed[2]; /* odd */
static uint32_t shape_number;
static struct exo_net_row top; /* everything */

/*
 * Answers that were given: a flow and its filter. An entry holds only in the era that it was written in, which its place
 * says: places move by one with each era. UDP's are 11/32 of the table before TCP's; by the time that a place has come round for either,
 * flows_forget, which does FLOW_STEP places at a time, has emptied it.
 */
#define FLOW_STEP 4
static struct net_flows flows;
static uint64_t era; /* in the bits that say the place */
uint64_t filter_changes;
struct net_queue net_queue[EXO_NET_QUEUES_MAX];

void filter_start(uint64_t random)
{
    for (uint32_t i = 0; i < 2; i++) {
        random += 0x9e3779b97f4a7c15; /* splitmix64 */
        uint64_t mixed = (random ^ random >> 30) * 0xbf58476d1ce4e5b9;

        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
        seed[i] = (mixed ^ mixed >> 31) | 1;
    }
    memset(buckets, 0, sizeof buckets);
    net_queue[0].flows = &flows;
    for (uint32_t i = 0; i < EXO_NET_QUEUES_MAX && net_queue[i].flows; i++)
        memset(net_queue[i].flows, 0, sizeof flows);
    memset(&top, 0, sizeof top);
}

static struct exo_net_row *row_of(uint32_t name)
{
    return name ? net_row(name) : &top;
}

bool filter_matches(const struct exo_net_row *filter, const union net_key *key)
{
    uint64_t differs = 0;

#pragma GCC unroll 8
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        differs |= (key->word[w] & filter->filter.mask[w]) ^ filter->filter.value[w];
    return !differs;
}

/* --- Looking up ------------------------------------------------------------------------------------- */

/* Where a filter of this shape hangs whose words, behind the mask, are those of `key`. */
static uint32_t *bucket(const struct exo_net_row *shape, const uint64_t *key)
{
    uint64_t sum = shape->shape;

#pragma GCC unroll 8
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        sum = (sum ^ (key[w] & shape->filter.mask[w])) * seed[w & 1];
    return &buckets[sum >> (64 - NET_BUCKETS_LOG)];
}

/* The peer of `shape` that a key matches. One without peers needs no hash. */
static struct exo_net_row *shape_find(const struct exo_net_row *shape, const union net_key *key)
{
    uint32_t name = net_row_name(shape);
    uint32_t at = shape->filter.next_peer == name ? name : *bucket(shape, key->word);
    struct exo_net_row *row;

    for (; at; at = row->filter.chain) {
        row = net_row(at);
        if (row->shape == shape->shape && filter_matches(row, key))
            return row;
    }
    return NULL;
}

struct exo_net_row *filter_demux(struct net_queue *queue, const union net_key *key, bool *deep)
{
    struct exo_net_row *best = NULL;
    uint32_t shape = top.filter.inside;
    uint64_t more = 0;

    while (shape) {
        const struct exo_net_row *first = net_row(shape);
        struct exo_net_row *found = shape_find(first, key);

        queue->work += WORK_SHAPE;
        more |= first->filter.mask[5] | first->filter.mask[6];
        best = found ? found : best;
        shape = found ? found->filter.inside : first->filter.next_shape;
    }
    *deep = more;
    return best;
}

/* --- Flows ------------------------------------------------------------------------------------------- */

/* The filters of flows that share a place; the latest is first. Another protocol's place is another. */
static inline struct net_known *flow_place(const struct net_queue *queue,
                                           const struct net_flow *flow)
{
    uint64_t sum = (flow->addresses ^ flow->ports * seed[1]) * seed[0];

    sum += ((uint64_t)flow->kind << 35) + era;
    /* Of pair 0 it is known when it is compiled. */
    return (queue == net_queue ? &flows : queue->flows)->place[sum >> (64 - NET_FLOWS_LOG)];
}

inline uint32_t filter_of_flow(const struct net_queue *queue, const struct net_flow *flow)
{
    const struct net_known *at = flow_place(queue, flow);

#pragma GCC unroll 4
    for (uint32_t i = 0; i < NET_FLOW_WAYS; i++, at++)
        if (__builtin_expect(at->addresses == flow->addresses && at->ports == flow->ports, 1))
            return at->filter;
    return 0;
}

/* Answers may be others from now on: each flow has another place, and what was kept in the places that come round is dropped. */
static void flows_forget(void)
{
    filter_changes++;
    era += 1ull << (64 - NET_FLOWS_LOG);
    for (uint32_t i = 0; i < EXO_NET_QUEUES_MAX && net_queue[i].flows; i++)
        memset(net_queue[i].flows->place[(era >> (64 - NET_FLOWS_LOG)) * FLOW_STEP % NET_FLOWS], 0,
               FLOW_STEP * sizeof flows.place[0]);
}

/* A packet whose flow is not known; it is from now on, if that is enough to tell the filter. */
__attribute__((noinline)) static struct exo_net_row *find_anew(struct net_packet *packet,
                                                               struct net_queue *queue)
{
    struct net_flow flow = {0};
    union net_key key;
    bool deep;

    /* In this order: of a packet that is no flow net_flow_read leaves half a layout. */
    bool known =
        net_flow_read(&flow, &packet->layout, packet->bytes, packet->length, packet->length);

    queue->work += WORK_KEY;
    net_key_read(&key, &packet->layout, packet->bytes, packet->length, packet->length);
    struct exo_net_row *row = filter_demux(queue, &key, &deep);

    if (row && !deep && known) {
        struct net_known *at = flow_place(queue, &flow);

        memmove(at + 1, at, (NET_FLOW_WAYS - 1) * sizeof *at);
        at[0] = (struct net_known){flow.addresses, flow.ports, net_row_name(row)};
    }
    return row;
}

inline struct exo_net_row *filter_find(struct net_queue *queue, struct net_packet *packet)
{
    struct net_flow flow __attribute__((uninitialized)); /* looked at when it was read */
    uint32_t name = 0;

    if (net_flow_read(&flow, &packet->layout, packet->bytes, packet->length, packet->length))
        name = filter_of_flow(queue, &flow);
    return name ? net_row(name) : find_anew(packet, queue);
}

uint32_t filter_top(void)
{
    return top.filter.inside;
}

/* --- Sets ------------------------------------------------------------------------------------------- */

static uint32_t mask_bits(const struct exo_net_row *filter)
{
    uint32_t bits = 0;

    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        for (uint64_t mask = filter->filter.mask[w]; mask; mask &= mask - 1)
            bits++;
    return bits;
}

static bool same_mask(const struct exo_net_row *a, const struct exo_net_row *b)
{
    return !memcmp(a->filter.mask, b->filter.mask, sizeof a->filter.mask);
}

static bool overlap(const struct exo_net_row *a, const struct exo_net_row *b)
{
    uint64_t differs = 0;

    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        differs |=
            (a->filter.value[w] ^ b->filter.value[w]) & a->filter.mask[w] & b->filter.mask[w];
    return !differs;
}

static bool inside(const struct exo_net_row *filter, const struct exo_net_row *parent)
{
    uint64_t outside = 0;

    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        outside |= (parent->filter.mask[w] & ~filter->filter.mask[w]) |
                   ((filter->filter.value[w] ^ parent->filter.value[w]) & parent->filter.mask[w]);
    return !outside && !same_mask(filter, parent);
}

/* May both be at one level, though their sets overlap? */
static bool may_overlap(const struct exo_net_row *filter, const struct exo_net_row *other,
                        const struct path *by)
{
    struct path mine = net_row_guard(filter);
    struct path theirs = net_row_guard(other);
    bool over = path_dominates(&mine, &theirs);
    bool under = path_dominates(&theirs, &mine);

    if (filter->flags & other->flags & EXO_NET_SHARED || (over && under))
        return true;
    return path_dominates(by, &theirs) && (over || under);
}

/* --- Levels ------------------------------------------------------------------------------------------ */

static struct exo_net_row *shape_of(const struct exo_net_row *parent,
                                    const struct exo_net_row *filter)
{
    for (uint32_t at = parent->filter.inside; at; at = net_row(at)->filter.next_shape)
        if (same_mask(net_row(at), filter))
            return net_row(at);
    return NULL;
}

/* One owner alone at this level, and it is the filter's: then nothing can be in the way but an equal set. */
static bool sole_owner(const struct exo_net_row *parent, const struct exo_net_row *filter)
{
    if (!parent->filter.inside)
        return true;
    const struct exo_net_row *other = net_row(parent->filter.inside);

    return !parent->filter.mixed && other->guard_depth == filter->guard_depth &&
           other->guard[0] == filter->guard[0] && other->guard[1] == filter->guard[1];
}

static int others_allow(const struct exo_net_row *parent, const struct exo_net_row *filter,
                        const struct path *by, uint32_t *other)
{
    for (uint32_t at = parent->filter.inside; at; at = net_row(at)->filter.next_shape) {
        uint32_t peer = at;

        do {
            const struct exo_net_row *row = net_row(peer);

            *other = peer;
            if (overlap(row, filter) && !may_overlap(filter, row, by))
                return EXO_E_OVERLAP;
            peer = row->filter.next_peer;
        } while (peer != at);
    }
    return 0;
}

static void shape_insert(struct exo_net_row *parent, struct exo_net_row *filter)
{
    uint32_t *link = &parent->filter.inside;
    uint32_t bits = mask_bits(filter);

    for (; *link; link = &net_row(*link)->filter.next_shape) {
        const struct exo_net_row *other = net_row(*link);
        uint32_t theirs = mask_bits(other);

        if (bits > theirs || (bits == theirs && memcmp(filter->filter.mask, other->filter.mask,
                                                       sizeof filter->filter.mask) > 0))
            break;
    }
    filter->shape = ++shape_number;
    filter->filter.next_peer = filter->filter.last_peer = net_row_name(filter);
    filter->filter.next_shape = *link;
    *link = net_row_name(filter);
    parent->filter.shape_count++;
}

/* Hangs a filter that is nobody's twin into its level and a bucket. */
static void link_in(struct exo_net_row *parent, struct exo_net_row *filter)
{
    struct exo_net_row *first = shape_of(parent, filter);
    uint32_t name = net_row_name(filter);

    if (first) {
        struct exo_net_row *last = net_row(first->filter.last_peer);

        filter->shape = first->shape;
        filter->filter.next_peer = net_row_name(first);
        filter->filter.last_peer = first->filter.last_peer;
        last->filter.next_peer = name;
        first->filter.last_peer = name;
        filter->filter.next_shape = 0;
    } else {
        shape_insert(parent, filter);
    }
    uint32_t *place = bucket(filter, filter->filter.value);

    filter->filter.chain = *place;
    *place = name;
}

static void link_out(struct exo_net_row *parent, struct exo_net_row *filter)
{
    uint32_t name = net_row_name(filter);
    uint32_t *link = bucket(filter, filter->filter.value);

    while (*link != name)
        link = &net_row(*link)->filter.chain;
    *link = filter->filter.chain;

    link = &parent->filter.inside;
    while (*link && *link != name)
        link = &net_row(*link)->filter.next_shape;
    uint32_t next = filter->filter.next_peer;

    if (next == name) { /* the last of its shape */
        *link = filter->filter.next_shape;
        parent->filter.shape_count--;
    } else if (*link) { /* the next peer stands for the shape */
        net_row(next)->filter.next_shape = filter->filter.next_shape;
        *link = next;
    }
    net_row(next)->filter.last_peer = filter->filter.last_peer;
    net_row(filter->filter.last_peer)->filter.next_peer = next;
    if (!parent->filter.inside)
        parent->filter.mixed = 0;
}

int filter_insert(struct exo_net_row *filter, const struct path *by, uint32_t *other)
{
    struct exo_net_row *parent = row_of(filter->filter.parent);
    union net_key value;
    int error = 0;

    if (!inside(filter, parent) || parent->flags & EXO_NET_SHARED ||
        parent->filter.depth >= EXO_NET_DEPTH_MAX)
        return EXO_E_ARG;
    memcpy(value.word, filter->filter.value, sizeof value.word);
    const struct exo_net_row *shape = shape_of(parent, filter);
    struct exo_net_row *equal = shape ? shape_find(shape, &value) : NULL;

    uint32_t twins = 0;

    for (const struct exo_net_row *at = equal; at;
         at = at->filter.twin ? net_row(at->filter.twin) : NULL)
        twins++;
    if (twins == EXO_NET_TWINS_MAX)
        return EXO_E_BUSY;
    if (equal && !(equal->flags & filter->flags & EXO_NET_SHARED)) {
        *other = net_row_name(equal);
        return EXO_E_EXISTS;
    }
    bool sole = sole_owner(parent, filter);

    if (!sole)
        error = others_allow(parent, filter, by, other);
    if (error)
        return error;
    if (!shape && parent->filter.shape_count == EXO_NET_SHAPES_MAX)
        return EXO_E_BUSY;
    filter->filter.depth = (uint8_t)(parent->filter.depth + 1);
    filter->filter.inside = filter->filter.twin = 0;
    filter->filter.shape_count = filter->filter.mixed = 0;
    flows_forget();
    if (equal) {
        filter->filter.twin = equal->filter.twin;
        equal->filter.twin = net_row_name(filter);
        return 0;
    }
    link_in(parent, filter);
    parent->filter.mixed |= !sole;
    return 0;
}

/* A filter with nothing inside it leaves its level; a twin takes its place. */
static void unhang(struct exo_net_row *filter)
{
    struct exo_net_row *parent = row_of(filter->filter.parent);
    union net_key value;

    memcpy(value.word, filter->filter.value, sizeof value.word);
    struct exo_net_row *head = shape_find(shape_of(parent, filter), &value);

    if (head == filter) {
        link_out(parent, filter);
        if (filter->filter.twin)
            link_in(parent, net_row(filter->filter.twin));
    } else {
        uint32_t *link = &head->filter.twin;

        while (*link != net_row_name(filter))
            link = &net_row(*link)->filter.twin;
        *link = filter->filter.twin;
    }
}

bool filter_remove(struct exo_net_row *filter, uint32_t *budget)
{
    for (;;) {
        struct exo_net_row *deepest = filter;

        while (deepest->filter.inside)
            deepest = net_row(deepest->filter.inside);
        if (!*budget)
            return false;
        (*budget)--;
        flows_forget();
        unhang(deepest);
        bool last = deepest == filter;

        memset(deepest, 0, sizeof *deepest);
        if (last)
            return true;
    }
}
