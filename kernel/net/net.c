/* SPDX-License-Identifier: MIT */
/*
 * net.c - packets from the card to their owners, and the calls that bind filters and rings.
 *
 * What follows a packet is under one gate of net_lock (net/queue.h), what changes filters and rings under all of it; envs get their events
 * after it is dropped. A turn ends after NET_WORK_TURN instructions, or before
 * a packet that may take long (a program may look at it, or several rings get it) unless it has just begun; then the card's interrupts
 * stay off and the next turn waits for the clock (twice as long as this one took, or more), an idle CPU (which takes a few at once) or
 * a LibOS that kicks its ring, so that a flood leaves time to those that it is for. Packets that nobody claimed are dropped before anything is copied.
 */
#include "net/net.h"
#include "base/string.h"
#include "core/calls.h"
#include "core/frame.h"
#include "core/slice.h"
#include "core/sweep.h"
#include "dev/nic.h"
#include "net/handler.h"
#include "net/ring.h"
#include "program/program.h"

#define WORK_RECEIVE   200  /* a packet, without copies */
#define WORK_HEAVY     5000 /* that much may be spent before a packet that may take long */
#define WORK_TRANSFER  1000 /* an interrupt more, and the look at who may have the slice */
#define DEFER_NS       2    /* for each instruction of a turn */
#define KICK_TURNS     16
#define IDLE_TURNS     4
#define BOUND_RING     (1ull << 63) /* in a slot's `bound`: no env's id */
#define ETHERNET_BYTES 14
#define RELEASE_MAX    64 /* filters that one call releases */
#define RELEASE_LOT    16 /* with interrupts off */
#define RELEASE_RING   8  /* what a ring counts for */

static struct exo_net_card *card;
static uint32_t queues; /* pairs; 0: no card */

/* --- Packets ------------------------------------------------------------------------------------------------ */

static struct exo_net_row *ring_of(const struct exo_net_row *filter)
{
    return ring_named(filter->filter.ring, filter->filter.ring_serial);
}

/* By other pairs of queues the same may have a packet, too. */
static void count(volatile uint64_t *counter, uint64_t more)
{
    __atomic_fetch_add(counter, more, __ATOMIC_RELAXED);
}

/* Who pays for a run of the filter's program that takes time of another's slice: the env of its ring. NULL: nobody can, or it owes too much. */
__attribute__((noinline)) static struct env *payer_of(const struct exo_net_row *filter)
{
    const struct exo_net_row *ring = ring_of(filter);
    struct env *env = ring ? ring_env(ring) : NULL;

    return env && atomic_load(&env->debit_ns) < EXO_HANDLER_DEBT_NS ? env : NULL;
}

/* It pays with slices to come. An instruction counts as a nanosecond. */
__attribute__((noinline)) static void charge(struct env *payer, uint32_t cost, bool transfer)
{
    cost += transfer ? WORK_TRANSFER : 0;
    atomic_fetch_add(&payer->debit_ns, cost);
    count(&payer->upcall->handler_ns, cost);
    if (transfer) {
        atomic_store(&this_cpu()->donated, payer->id);
        arch_timer(this_cpu(), 1, 1); /* if it came during a call, as soon as that is over */
    }
}

/* Did the filter's program deal with the packet? It ends what handler_begin has begun. */
static bool handled(struct net_queue *queue, struct exo_net_row *filter,
                    const struct net_packet *packet)
{
    const struct env *interrupted = this_cpu()->env;
    struct env *payer = interrupted ? payer_of(filter) : NULL;
    uint32_t before = queue->work;
    uint64_t events;

    if (interrupted && !payer) {
        handler_end(filter->filter.program);
        return false;
    }
    uint32_t verdict = handler_run(queue, filter, packet, &events);

    handler_end(filter->filter.program);
    if (payer && payer != interrupted)
        charge(payer, queue->work - before, verdict & EXO_CODE_TRANSFER);
    if (events || verdict & EXO_CODE_TRANSFER) {
        const struct exo_net_row *ring = ring_of(filter);

        if (ring)
            ring_wake(queue, ring, events);
    }
    return (verdict & ~(uint32_t)EXO_CODE_TRANSFER) != EXO_CODE_DELIVER;
}

/* A packet goes to a filter's ring, and to those of its twins. */
static void claim(struct net_queue *queue, struct exo_net_row *filter,
                  const struct net_packet *packet)
{
    uint32_t flags = packet->verified ? EXO_NET_RECEIVED_VERIFIED : 0;

    while (filter) {
        count(&filter->packets, 1);
        count(&filter->bytes, packet->length);
        if (!filter->filter.program || !handled(queue, filter, packet)) {
            struct exo_net_row *ring = ring_of(filter);

            if (!ring || !ring_deliver(queue, ring, packet, net_row_name(filter), flags))
                count(&filter->dropped, 1);
        }
        filter = filter->filter.twin ? net_row(filter->filter.twin) : NULL;
    }
}

static bool is_foreign(const struct nic_received *received)
{
    return received->length >= ETHERNET_BYTES && !(received->packet[0] & 1) &&
           memcmp(received->packet, card->mac, sizeof card->mac) != 0;
}

/*
 * As receive, for a packet of several buffers: its first one says whose it is, and is all that a program or the capture ring sees. One that
 * several rings would get is dropped: what is merged is TCP, which has one receiver.
 */
__attribute__((noinline)) static bool receive_merged(struct net_queue *queue,
                                                     struct nic_received *received)
{
    struct net_packet packet = {.bytes = received->packet,
                                .have = received->length,
                                .length = received->length + received->more};
    union net_key key;
    bool deep;

    if (queue->work > WORK_HEAVY)
        return false;
    queue->work += WORK_RECEIVE * 2;
    net_key_read(&key, &packet.layout, packet.bytes, packet.have, packet.length);
    struct exo_net_row *filter = is_foreign(received) ? NULL : filter_demux(queue, &key, &deep);

    if (filter && filter->filter.program && !handler_begin(filter->filter.program))
        return false;
    ring_capture(queue, &packet, filter ? net_row_name(filter) : 0, 0);
    if (!packet.layout.network)
        queue->count->malformed++;
    if (filter) {
        struct exo_net_row *ring = ring_of(filter);

        count(&filter->packets, 1);
        count(&filter->bytes, packet.length);
        if (!(filter->filter.program && handled(queue, filter, &packet)) &&
            (!ring || filter->filter.twin ||
             !ring_deliver_merged(queue, ring, &packet, received, net_row_name(filter),
                                  received->verified ? EXO_NET_RECEIVED_VERIFIED : 0)))
            count(&filter->dropped, 1);
    } else {
        queue->count->unclaimed++;
    }
    queue->count->received_bytes += received->more;
    nic_recycle_more(net_queue_number(queue), received);
    return true;
}

/* False: it may take long, or its handler runs elsewhere, and it is left for another turn. */
static bool receive(struct net_queue *queue, const struct nic_received *received)
{
    struct net_packet packet __attribute__((uninitialized)); /* filter_find fills in the rest */
    bool first = !queue->work;

    if (is_foreign(received)) {
        queue->work += WORK_RECEIVE;
        queue->count->foreign++;
        return true;
    }
    packet.bytes = received->packet;
    packet.have = packet.length = received->length;
    packet.verified = received->verified;
    struct exo_net_row *filter = filter_find(queue, &packet);

    if (filter && (filter->filter.program || filter->filter.twin)) {
        if ((!first && queue->work > WORK_HEAVY) ||
            (filter->filter.program && !handler_begin(filter->filter.program)))
            return false;
    }
    queue->work += WORK_RECEIVE;
    ring_capture(queue, &packet, filter ? net_row_name(filter) : 0, 0);
    if (!packet.layout.network)
        queue->count->malformed++;
    if (filter)
        claim(queue, filter, &packet);
    else
        queue->count->unclaimed++;
    return true;
}

/* This CPU looks again then, or as soon as it has nothing to run. */
static void poll_at(uint64_t ns)
{
    struct cpu *cpu = this_cpu();

    if (ns < cpu->poll_ns)
        cpu->poll_ns = ns;
}

/* What is left waits, with the card's interrupts off. */
static void defer(struct net_queue *queue)
{
    nic_quiet(net_queue_number(queue));
    queue->count->deferred++;
    queue->deferred = true;
    poll_at(arch_now_ns() + (queue->work + WORK_HEAVY) * DEFER_NS);
}

/* One turn. */
static void poll_card(struct net_queue *queue)
{
    uint32_t pair = net_queue_number(queue);
    struct nic_received *received = &queue->received;

    do {
        while (queue->work < NET_WORK_TURN && (queue->held || nic_next(pair, received))) {
            queue->held = __builtin_expect(!received->more, 1) ? !receive(queue, received)
                                                               : !receive_merged(queue, received);
            if (queue->held)
                break;
            queue->count->received++;
            queue->count->received_bytes += received->length;
            nic_recycle(pair);
        }
        ring_tidy(queue);
        if (queue->held || queue->work >= NET_WORK_TURN || ring_can_go_on(queue)) {
            defer(queue);
            return;
        }
    } while (nic_listen(pair, ring_waits(queue)));
    queue->deferred = false;
}

/* Events to envs, once net_lock is dropped: env_lock comes before it, and a packet must not wait for envs. */
static void tell_envs(const struct ring_notice *notice, uint32_t count)
{
    if (!count)
        return;
    lock_take(&env_lock);
    for (uint32_t i = 0; i < count; i++) {
        struct env *env = env_find(notice[i].env);

        if (env) {
            env_notify(env, notice[i].events);
        } else {
            lock_take(&net_lock);
            lock_take(&memory_lock);
            ring_finish();
            lock_drop(&memory_lock);
            lock_drop(&net_lock);
        }
    }
    lock_drop(&env_lock);
}

static inline __attribute__((always_inline)) void poll_and_tell(struct net_queue *queue)
{
    struct ring_notice notice[EXO_NET_RINGS_MAX] __attribute__((uninitialized)); /* counted */

    net_queue_take(queue);
    queue->work = 0;
    poll_card(queue);
    uint32_t count = ring_notices(queue, notice, NULL);

    net_queue_drop(queue);
    tell_envs(notice, count);
}

__attribute__((noinline)) static void poll_other(struct net_queue *queue)
{
    poll_and_tell(queue);
}

/* Of pair 0, the only one of most machines, there is a copy in which the compiler knows all places. */
__attribute__((flatten)) static void poll_first(void)
{
    poll_and_tell(&net_queue[0]);
}

/*
 * Pairs that wait for the clock, on any CPU. By the clock one turn of one of them; a CPU that idles takes the rest of a burst before
 * anybody runs who would be told of each part.
 */
static void poll_again(bool idle)
{
    static uint32_t last; /* its turn comes last now */
    struct cpu *cpu = this_cpu();

    for (uint32_t turn = 0; turn < (idle ? IDLE_TURNS : 1) && cpu->poll_ns != EXO_FOREVER; turn++) {
        uint32_t pair = last, waiting = 0;

        cpu->poll_ns = EXO_FOREVER;
        for (uint32_t i = 0; i < queues; i++)
            if (net_queue[(last + queues - i) % queues].deferred && ++waiting)
                pair = (last + queues - i) % queues;
        last = pair;
        if (waiting > 1)
            poll_at(arch_now_ns());
        if (waiting && pair)
            poll_other(&net_queue[pair]);
        else if (waiting)
            poll_first();
        if (idle)
            call_pause();
    }
}

static void interrupt(void)
{
    net_queue[0].count->interrupts++;
    poll_first();
}

static void interrupt_other(void)
{
    uint32_t cpu =
        this_cpu()->index; /* that of the pair, unless the card sends its message elsewhere */
    struct net_queue *queue = &net_queue[cpu < queues ? cpu : 0];

    queue->count->interrupts++;
    poll_other(queue);
}

/* Releases what a row holds. 0 or EXO_E_AGAIN. REQUIRES(net_lock, memory_lock). */
static int row_release(struct exo_net_row *row, uint32_t *budget)
{
    bool gone = true;

    if (row->kind == EXO_NET_RING) {
        gone = *budget >= RELEASE_RING && ring_end(row);
        *budget -= *budget < RELEASE_RING ? *budget : RELEASE_RING;
    } else if (row->kind == EXO_NET_FILTER) {
        gone = filter_remove(row, budget);
    }
    return gone ? 0 : EXO_E_AGAIN;
}

/* Does this row end with what is swept: by its guard, with its table, or with the frames that it pins? */
static bool row_ends(const struct sweep *sweep, const struct exo_net_row *row, uint64_t frame)
{
    struct path guard = net_row_guard(row);

    if (row->kind == EXO_NET_FREE)
        return false;
    if (sweep_hits(sweep, frame) || (sweep->under && path_dominates(&sweep->under->path, &guard)))
        return true;
    bool hit = false;

    for (uint32_t i = 0; row->kind == EXO_NET_RING && i < EXO_NET_SHARED_FRAMES && !hit; i++)
        hit = sweep_hits(sweep, row->ring.shared_frame + i);
    for (uint32_t i = 0; row->kind == EXO_NET_RING && i < row->ring.buffer_count && !hit; i++)
        hit = sweep_hits(sweep, row->ring.buffer_frame + i);
    return hit;
}

bool net_env_gone(const struct env *env)
{
    return ring_end_of_env(env->id);
}

/* Takes back what was sent; rings that wait go on in a turn of their own. REQUIRES(net_lock, memory_lock). */
static void take_back(void)
{
    for (uint32_t i = 0; i < queues; i++) {
        struct net_queue *queue = &net_queue[i];

        queue->work = NET_WORK_TURN;
        ring_sent(queue);
        if (ring_waits(queue)) {
            queue->deferred = true;
            poll_at(arch_now_ns());
        }
    }
    ring_finish();
}

bool net_unbind(struct sweep *sweep, uint64_t frame)
{
    take_back();
    for (uint32_t i = sweep->at % TABLE_ENTRIES; i < EXO_NET_ROWS; i++) {
        struct exo_net_row *row = net_row((uint32_t)(frame << EXO_NET_ROW_BITS | i));
        uint32_t cost = row->kind == EXO_NET_FREE ? 1 : SWEEP_MANY;
        uint32_t budget = RELEASE_LOT;

        sweep->at = frame * TABLE_ENTRIES + i;
        if (sweep->work < cost)
            return false;
        sweep->work -= cost;
        if (row_ends(sweep, row, frame) && row_release(row, &budget))
            return false;
    }
    return true;
}

bool net_table_end(uint64_t frame)
{
    for (uint32_t i = 0; i < EXO_NET_ROWS; i++)
        if (net_row((uint32_t)(frame << EXO_NET_ROW_BITS | i))->kind != EXO_NET_FREE)
            return false;
    frame_give_back(frame);
    return true;
}

/* Memory in one piece: boot frames come from the top down. */
static struct net_flows *boot_flows(void)
{
    uint64_t frame = 0;

    for (uint64_t run = 0, last = 0; run < sizeof(struct net_flows) >> EXO_PAGE_SHIFT;
         last = frame) {
        frame = frame_boot_alloc(EXO_FRAME_KERNEL);
        run = frame + 1 == last ? run + 1 : 1;
    }
    return frame_window(frame);
}

void net_start(struct exo_net_card *out, uint64_t random)
{
    card = nic_start(out, interrupt, interrupt_other) ? out : NULL;
    queues = out->queues;
    for (uint32_t i = 0; i < queues; i++) {
        net_queue[i].count = &out->queue[i];
        net_queue[i].flows = i ? boot_flows() : NULL;
        (void)nic_listen(i, false);
    }
    filter_start(random);
    ring_start(card);
    device_poll = poll_again;
}

/* --- Rows ----------------------------------------------------------------------------------------------------- */

/* The row with this name if its frame is a net table; whose it is, is not looked at. REQUIRES(net_lock). */
static int row_find(uint64_t name, struct exo_net_row **row)
{
    uint64_t frame = name >> EXO_NET_ROW_BITS;

    if (frame >= frame_count)
        return EXO_E_RANGE;
    if (frame_table[frame].kind != EXO_FRAME_NET)
        return EXO_E_KIND;
    *row = net_row((uint32_t)name);
    return 0;
}

/* A row of this kind (0: filter or ring) that cap dominates. REQUIRES(net_lock). */
static int row_held(const struct cap *cap, uint64_t name, enum exo_net_kind kind,
                    struct exo_net_row **row)
{
    int error = row_find(name, row);

    if (error)
        return error;
    struct path guard = net_row_guard(*row);

    if ((*row)->kind == EXO_NET_FREE || (kind && (*row)->kind != kind))
        return EXO_E_KIND;
    return path_dominates(&cap->path, &guard) ? 0 : EXO_E_CAP;
}

/* A free row in a table that cap dominates. REQUIRES(net_lock). */
static int row_free(const struct cap *cap, uint64_t name, struct exo_net_row **row)
{
    int error = row_find(name, row);

    if (error)
        return error;
    struct path guard = frame_guard_path(&frame_table[name >> EXO_NET_ROW_BITS]);

    if (!path_dominates(&cap->path, &guard))
        return EXO_E_CAP;
    return (*row)->kind == EXO_NET_FREE ? 0 : EXO_E_EXISTS;
}

static void set_guard(struct exo_net_row *row, const struct path *path)
{
    row->guard[0] = path->part[0];
    row->guard[1] = path->part[1];
    row->guard_depth = (uint8_t)path->depth;
}

/* --- Calls ------------------------------------------------------------------------------------------------------ */

struct call_result call_net_table_create(struct env *self, const struct cap *cap, uint64_t frame)
{
    int error = 0;

    (void)self;
    lock_take(&net_lock);
    lock_take(&memory_lock);
    struct exo_frame *row = frame_dominated(frame, cap, &error);

    if (row)
        error = frame_take(frame, row, EXO_FRAME_NET);
    lock_drop(&memory_lock);
    lock_drop(&net_lock);
    return error ? call_error(error) : call_ok(0);
}

/* All rows of a table go, and the table. REQUIRES(net_lock, memory_lock). */
static int table_release(const struct cap *cap, uint64_t frame, uint32_t *budget)
{
    int error = 0;
    const struct exo_frame *row = frame_dominated(frame, cap, &error);

    if (row && row->kind != EXO_FRAME_NET)
        error = EXO_E_KIND;
    else if (row && row->references)
        error = EXO_E_BUSY;
    for (uint32_t i = 0; i < EXO_NET_ROWS && !error; i++)
        error = row_release(net_row((uint32_t)(frame << EXO_NET_ROW_BITS | i)), budget);
    if (!error)
        (void)net_table_end(frame);
    return error;
}

/* A row or a table goes, in lots with pauses. */
static struct call_result release(const struct cap *cap, uint64_t name, bool table)
{
    struct exo_net_row *row = NULL;
    int error = EXO_E_AGAIN;

    for (uint32_t turn = 0; turn < RELEASE_MAX / RELEASE_LOT && error == EXO_E_AGAIN; turn++) {
        uint32_t budget = RELEASE_LOT;

        lock_take(&net_lock);
        lock_take(&memory_lock);
        take_back();
        error = table ? table_release(cap, name, &budget) : row_held(cap, name, 0, &row);
        if (!error && !table)
            error = row_release(row, &budget);
        lock_drop(&memory_lock);
        lock_drop(&net_lock);
        call_pause();
    }
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_net_table_destroy(struct env *self, const struct cap *cap, uint64_t frame)
{
    (void)self;
    return release(cap, frame, true);
}

struct call_result call_net_release(struct env *self, const struct cap *cap, uint64_t name)
{
    (void)self;
    return release(cap, name, false);
}

/* May cap take these frames, all of them data? REQUIRES(memory_lock). */
static int data_frames(const struct cap *cap, uint64_t first, uint64_t count)
{
    const struct path path = cap->path;
    int error = range_ok(first, count, frame_count) ? 0 : EXO_E_RANGE;

    for (uint64_t f = first; f < first + count && !error; f++) {
        struct path guard = frame_guard_path(&frame_table[f]);

        if (frame_table[f].kind != EXO_FRAME_DATA || !path_dominates(&path, &guard))
            error = frame_dominated(f, cap, &error) ? EXO_E_KIND : error;
    }
    return error;
}

/* Takes the frames of a ring: the shared ones into the window, the buffers pinned. REQUIRES(memory_lock). */
static int ring_frames(const struct cap *cap, const struct exo_net_ring_config *c)
{
    int error = data_frames(cap, c->shared_frame, EXO_NET_SHARED_FRAMES);

    if (!error)
        error = data_frames(cap, c->buffer_frame, c->buffer_count);
    if (error)
        return error;
    if (c->shared_frame < c->buffer_frame + c->buffer_count &&
        c->buffer_frame < c->shared_frame + EXO_NET_SHARED_FRAMES)
        return EXO_E_KIND;
    for (uint64_t f = c->buffer_frame; f < c->buffer_frame + c->buffer_count; f++)
        frame_table[f].references++;
    for (uint64_t f = c->shared_frame; f < c->shared_frame + EXO_NET_SHARED_FRAMES; f++) {
        frame_table[f].kind = EXO_FRAME_RING;
        frame_table[f].references++;
        arch_window_open(f);
    }
    return 0;
}

static int ring_config_check(const struct exo_net_ring_config *config, const struct cap *cap)
{
    if (!config->buffer_count || config->buffer_count > EXO_NET_RING_FRAMES ||
        config->event >= 63 || config->flags & ~(uint32_t)(EXO_NET_CAPTURE | EXO_NET_MERGED))
        return EXO_E_ARG;
    if (config->flags & EXO_NET_CAPTURE && !(cap->rights & EXO_RIGHT_OBSERVE))
        return EXO_E_RIGHT;
    return card ? 0 : EXO_E_NONE;
}

struct call_result call_net_ring(struct env *self, const struct cap *cap, uint64_t name,
                                 const struct exo_net_ring_config *config)
{
    struct exo_net_row *row = NULL;
    int error = ring_config_check(config, cap);

    (void)self;
    if (error)
        return call_error(error);
    lock_take(&env_lock);
    lock_take(&net_lock);
    const struct env *env = env_find(config->env);

    if (!env)
        error = EXO_E_NONE;
    else if (!path_dominates(&cap->path, &env->guard))
        error = EXO_E_CAP;
    else
        error = row_free(cap, name, &row);
    if (!error && !ring_room(config->flags, cap))
        error = EXO_E_BUSY;
    lock_take(&memory_lock);
    if (!error)
        error = ring_frames(cap, config);
    lock_drop(&memory_lock);
    if (!error) {
        ring_make(row, config, &net_queue[this_cpu()->index % queues]);
        set_guard(row, &cap->path);
    }
    lock_drop(&net_lock);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

/* Parent and ring of a filter to be: may cap use them? Flags that are inherited are added. REQUIRES(net_lock). */
static int filter_relatives(const struct cap *cap, struct exo_net_filter *filter,
                            uint64_t *ring_serial)
{
    struct exo_net_row *row = NULL;
    int error = 0;

    if (filter->parent) {
        error = row_held(cap, filter->parent, EXO_NET_FILTER, &row);
        if (!error)
            filter->flags |= row->flags & EXO_NET_RECEIVE_ONLY;
    } else if (!(cap->rights & EXO_RIGHT_NETWORK)) {
        error = EXO_E_RIGHT;
    }
    if (!error && filter->flags & EXO_NET_SHARED && !(cap->rights & EXO_RIGHT_NETWORK))
        error = EXO_E_RIGHT;
    if (!error && filter->ring) {
        error = row_held(cap, filter->ring, EXO_NET_RING, &row);
        *ring_serial = error ? 0 : row->ring.serial;
    }
    return error;
}

/* False: the value has bits outside the mask. */
static bool filter_fill(struct exo_net_row *row, const struct exo_net_filter *filter)
{
    union net_key mask = {.field = filter->mask};
    union net_key value = {.field = filter->value};
    uint64_t outside = 0;

    net_mask_simplify(&mask, &value);
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        outside |= value.word[w] & ~mask.word[w];
    memcpy(row->filter.mask, mask.word, sizeof row->filter.mask);
    memcpy(row->filter.value, value.word, sizeof row->filter.value);
    row->filter.parent = filter->parent;
    row->filter.ring = filter->ring;
    row->flags = (uint16_t)filter->flags;
    return !outside;
}

struct call_result call_net_filter(struct env *self, const struct cap *cap, uint64_t name,
                                   const struct cap *to, const struct exo_net_filter *filter)
{
    struct exo_net_filter copy = *filter;
    struct exo_net_row *row = NULL;
    uint64_t ring_serial = 0;
    uint32_t other = 0;

    (void)self;
    if (copy.flags & ~(uint32_t)EXO_NET_FILTER_FLAGS)
        return call_error(EXO_E_ARG);
    lock_take(&net_lock);
    int error = row_free(cap, name, &row);

    if (!error)
        error = filter_relatives(cap, &copy, &ring_serial);
    if (!error) {
        row->filter.ring_serial = ring_serial;
        set_guard(row, &to->path);
        error = filter_fill(row, &copy) ? filter_insert(row, &cap->path, &other) : EXO_E_ARG;
        if (error)
            memset(row, 0, sizeof *row);
        else
            row->kind = EXO_NET_FILTER;
    }
    lock_drop(&net_lock);
    return error ? call_error_at(error, other) : call_ok(0);
}

struct call_result call_net_attach(struct env *self, const struct cap *cap, uint64_t filter,
                                   uint64_t ring)
{
    struct exo_net_row *row = NULL;
    struct exo_net_row *target = NULL;

    (void)self;
    lock_take(&net_lock);
    int error = row_held(cap, filter, EXO_NET_FILTER, &row);

    if (!error && ring)
        error = row_held(cap, ring, EXO_NET_RING, &target);

    if (!error) {
        row->filter.ring = (uint32_t)ring;
        row->filter.ring_serial = target ? target->ring.serial : 0;
    }
    lock_drop(&net_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_net_handler(struct env *self, const struct cap *cap, uint64_t filter,
                                    uint64_t program)
{
    struct exo_net_row *row = NULL;

    (void)self;
    if (program && !program_is(program, EXO_CODE_PACKET, &cap->path))
        return call_error(EXO_E_NONE);
    lock_take(&net_lock);
    int error = row_held(cap, filter, EXO_NET_FILTER, &row);

    if (!error && row->flags & EXO_NET_SHARED)
        error = EXO_E_KIND; /* one packet would run many */
    if (!error)
        row->filter.program = program;
    lock_drop(&net_lock);
    return error ? call_error(error) : call_ok(0);
}

/* As kick_row, of a slot that is not bound to this ring. */
__attribute__((noinline)) static int kick_bind(struct cap *held, uint64_t name)
{
    uint32_t sequence = atomic_load(&held->sequence);
    struct cap cap __attribute__((uninitialized)); /* all of it is copied */
    struct exo_net_row *row = NULL;
    int error = -cap_copy(held, 0, &cap);

    if (!error)
        error = row_held(&cap, name, EXO_NET_RING, &row);
    if (error)
        return error;
    held->bound = row->ring.serial | BOUND_RING;
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(&held->sequence) != sequence)
        held->bound = 0;
    return 0;
}

/*
 * Is there a ring with this name that the env's slot dominates? 0 or EXO_E_*. Once found, that stands in the slot (`bound`) until the slot changes: a ring's
 * guard never does. Only the env itself gets there meanwhile; whoever changes the slot moves the sequence first.
 */
static inline int kick_row(struct cap *held, uint64_t name)
{
    struct exo_net_row *row = NULL;

    if (!row_find(name, &row) && row->kind == EXO_NET_RING &&
        held->bound == (row->ring.serial | BOUND_RING))
        return 0;
    return kick_bind(held, name);
}

/* Of a ring whose state is not 0: does it live, and send by this queue? If by another one, that is tried next: kick_bind has noted it. */
static bool kick_here(const struct exo_net_row *row, const struct net_queue *queue, bool *more)
{
    bool lives = !(row->ring.state & EXO_NET_RING_STOPPED);

    *more = lives && row->ring.queue != net_queue_number(queue);
    return lives && !*more;
}

/* One turn; *more: another one is wanted. */
static inline __attribute__((always_inline)) int kick(struct net_queue *queue, struct cap *held,
                                                      uint64_t name, uint32_t *sent, bool *more)
{
    struct ring_notice notice[EXO_NET_RINGS_MAX] __attribute__((uninitialized)); /* counted */
    uint32_t pair = net_queue_number(queue), count = 0;
    bool last = !*more;
    struct exo_net_row *row = net_row((uint32_t)name); /* if kick_row says so */

    net_queue_take(queue);
    queue->work = 0;
    *more = false;
    int error = kick_row(held, name);

    if (!error && (__builtin_expect(!row->ring.state, 1) || kick_here(row, queue, more))) {
        ring_tidy(queue);
        error = ring_send(queue, row, sent);
        *more = error == EXO_E_AGAIN && nic_slots_free(pair);
        if (!*more && (nic_waits(pair) || ring_waits(queue)))
            poll_card(queue);
        else if (*more && last)
            defer(queue);
        count = queue->wakes ? ring_notices(queue, notice, row) : 0; /* the caller will look now */
    }
    net_queue_drop(queue);
    tell_envs(notice, count);
    return error;
}

__attribute__((noinline)) static int kick_other(struct net_queue *queue, struct cap *held,
                                                uint64_t name, uint32_t *sent, bool *more)
{
    return kick(queue, held, name, sent, more);
}

__attribute__((flatten)) struct call_result call_net_kick(struct env *self, uint32_t slot,
                                                          uint64_t name)
{
    struct cap *held = &self->cap[slot];
    uint32_t sent = 0;
    int error = 0;
    bool more = true;

    for (uint32_t turn = 0; more && turn < KICK_TURNS; turn++) {
        uint32_t pair =
            held->bound % EXO_NET_QUEUES_MAX; /* if it is a ring's serial number: its queues */

        if (turn)
            call_pause();
        more = turn < KICK_TURNS - 1;
        error = __builtin_expect(!pair, 1)
                    ? kick(&net_queue[0], held, name, &sent, &more)
                    : kick_other(&net_queue[pair < queues ? pair : 0], held, name, &sent, &more);
    }
    return error ? call_error(error) : call_ok(sent);
}
