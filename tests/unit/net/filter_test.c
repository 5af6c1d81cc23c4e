/* SPDX-License-Identifier: MIT */
/*
 * filter_test.c - kernel/net/filter.c against a list that is searched from one end to the other.
 *
 * Filters by chance from few fields and values, so that they lie inside, beside and across each other; owners of four
 * kinds. Every insertion's verdict and every packet's owner must be the list's.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "net/filter.h"
#include "tap.h"

#define FRAMES 1024 /* 16 rows each */
#define ROWS   (FRAMES * EXO_NET_ROWS)

unsigned char *fake_memory;
struct cpu fake_cpu;

static uint32_t live[ROWS]; /* names */
static uint32_t live_count;
static uint32_t spare[ROWS];
static uint32_t spare_count;
static uint64_t chance_state;

static uint64_t chance(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return chance_state;
}

static void start(uint64_t seed)
{
    free(fake_memory);
    fake_memory = aligned_alloc(4096, FRAMES * 4096);
    memset(fake_memory, 0, FRAMES * 4096);
    chance_state = seed * 0x9e3779b97f4a7c15 + 1;
    live_count = 0;
    spare_count = 0;
    for (uint32_t r = ROWS - 1; r >= EXO_NET_ROWS; r--)
        spare[spare_count++] = r;
    filter_start(seed);
}

/* --- Owners ----------------------------------------------------------------------------------------------- */

static struct path owner(uint32_t n)
{
    struct path root = {.depth = 0};
    struct path one = root;

    if (n >= 1)
        path_append(&one, &root, n >= 3 ? 1 : n);
    if (n == 3)
        path_append(&one, &one, 5);
    return one; /* 0: root; 1: [1]; 2: [2]; 3: [1, 5] */
}

static bool same_path(const struct path *a, const struct path *b)
{
    return path_dominates(a, b) && path_dominates(b, a);
}

/* --- The list --------------------------------------------------------------------------------------------- */

static uint32_t bits(const struct exo_net_row *f)
{
    uint32_t n = 0;

    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        n += (uint32_t)__builtin_popcountll(f->filter.mask[w]);
    return n;
}

/* Does a set with this mask and value hold all of another? */
static bool holds(const uint64_t *mask, const uint64_t *value, const struct exo_net_row *f)
{
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        for (uint32_t b = 0; b < 64; b++) {
            uint64_t bit = 1ull << b;

            if (mask[w] & bit &&
                (!(f->filter.mask[w] & bit) || (f->filter.value[w] & bit) != (value[w] & bit)))
                return false;
        }
    return true;
}

static bool meet(const struct exo_net_row *a, const struct exo_net_row *b)
{
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        for (uint32_t i = 0; i < 64; i++) {
            uint64_t bit = 1ull << i;

            if (a->filter.mask[w] & b->filter.mask[w] & bit &&
                (a->filter.value[w] & bit) != (b->filter.value[w] & bit))
                return false;
        }
    return true;
}

static uint32_t depth_of(uint32_t name)
{
    return name ? 1 + depth_of(net_row(name)->filter.parent) : 0;
}

/* What filter_insert should say. */
static int verdict(const struct exo_net_row *f, const struct path *by)
{
    static const uint64_t nothing[EXO_NET_WORDS];
    const struct exo_net_row *parent = f->filter.parent ? net_row(f->filter.parent) : NULL;
    const uint64_t *mask = parent ? parent->filter.mask : nothing;
    const uint64_t *value = parent ? parent->filter.value : nothing;
    struct path guard = net_row_guard(f);
    uint64_t shapes[EXO_NET_SHAPES_MAX][EXO_NET_WORDS];
    uint32_t shape_count = 0;
    bool known = false;
    bool across = false;
    bool taken = false;

    if (!holds(mask, value, f) || !memcmp(mask, f->filter.mask, sizeof nothing) ||
        (parent && parent->flags & EXO_NET_SHARED) ||
        depth_of(f->filter.parent) >= EXO_NET_DEPTH_MAX)
        return EXO_E_ARG;
    for (uint32_t i = 0; i < live_count; i++) {
        const struct exo_net_row *o = net_row(live[i]);
        struct path theirs = net_row_guard(o);
        bool both_share = f->flags & o->flags & EXO_NET_SHARED;
        bool equal;

        if (o->filter.parent != f->filter.parent)
            continue;
        equal = !memcmp(o->filter.mask, f->filter.mask, sizeof nothing) &&
                !memcmp(o->filter.value, f->filter.value, sizeof nothing);
        taken |= equal && !both_share;
        /* Of twins, the first decides for all: they share or there are none. */
        if (meet(o, f) && !both_share && !same_path(&guard, &theirs))
            across |= !path_dominates(by, &theirs) ||
                      (!path_dominates(&guard, &theirs) && !path_dominates(&theirs, &guard));
        bool found = false;

        for (uint32_t s = 0; s < shape_count; s++)
            found |= !memcmp(shapes[s], o->filter.mask, sizeof nothing);
        if (!found)
            memcpy(shapes[shape_count++], o->filter.mask, sizeof nothing);
        known |= !memcmp(o->filter.mask, f->filter.mask, sizeof nothing);
    }
    if (taken)
        return EXO_E_EXISTS;
    if (across)
        return EXO_E_OVERLAP;
    return !known && shape_count == EXO_NET_SHAPES_MAX ? EXO_E_BUSY : 0;
}

/* The filter that a key should belong to. */
static uint32_t search(const union net_key *key)
{
    uint32_t best = 0;
    uint32_t parent = 0;

    for (;;) {
        const struct exo_net_row *found = NULL;
        uint32_t name = 0;

        for (uint32_t i = 0; i < live_count; i++) {
            const struct exo_net_row *f = net_row(live[i]);

            if (f->filter.parent != parent || !filter_matches(f, key))
                continue;
            if (!found || bits(f) > bits(found) ||
                (bits(f) == bits(found) &&
                 memcmp(f->filter.mask, found->filter.mask, sizeof f->filter.mask) > 0)) {
                found = f;
                name = live[i];
            }
        }
        if (!found)
            return best;
        best = parent = name;
    }
}

/* The same set, by whichever of twins: they are interchangeable. */
static bool same_set(uint32_t a, uint32_t b)
{
    if (!a || !b)
        return a == b;
    return net_row(a)->filter.parent == net_row(b)->filter.parent &&
           !memcmp(net_row(a)->filter.mask, net_row(b)->filter.mask,
                   sizeof net_row(a)->filter.mask) &&
           !memcmp(net_row(a)->filter.value, net_row(b)->filter.value,
                   sizeof net_row(a)->filter.value);
}

/* --- By chance ------------------------------------------------------------------------------------------------ */

static union net_key chance_key(void)
{
    union net_key key = {.word = {0}};

    key.field.ethertype = (uint16_t)(chance() % 2);
    key.field.protocol = (uint8_t)(chance() % 2);
    key.field.flags = chance() % 8 == 0;
    key.field.destination_port = (uint16_t)(chance() % 4);
    key.field.source_port = (uint16_t)(chance() % 2);
    key.field.destination[15] = (uint8_t)(chance() % 3);
    key.field.source[3] = (uint8_t)(chance() % 2);
    key.field.payload[7] = (uint8_t)(chance() % 2 << 7);
    return key;
}

static void chance_filter(struct exo_net_row *f)
{
    union net_key mask = {.word = {0}};
    union net_key value = chance_key();
    uint32_t which = (uint32_t)chance();

    if (which & 1)
        mask.field.ethertype = 0xffff;
    if (which & 2)
        mask.field.protocol = 0xff;
    if ((which & 12) == 12)
        mask.field.flags = 1;
    if (which & 16)
        mask.field.destination_port = which & 32 ? 0xffff : 2;
    if ((which & 192) == 192)
        mask.field.source_port = 0xffff;
    if (which & 256)
        memset(mask.field.destination, 0xff, 16);
    if ((which & 1536) == 1536)
        memset(mask.field.source, 0xff, 16);
    if ((which & 6144) == 6144)
        mask.field.payload[7] = 0x80;
    memset(f, 0, sizeof *f);
    if (live_count && chance() % 3)
        f->filter.parent = live[chance() % live_count];
    if (chance() % 16 == 0)
        f->flags = EXO_NET_SHARED;
    if (f->filter.parent && chance() % 8)
        for (uint32_t w = 0; w < EXO_NET_WORDS; w++) { /* mostly inside its parent */
            const struct exo_net_row *p = net_row(f->filter.parent);

            mask.word[w] |= p->filter.mask[w];
            value.word[w] = (value.word[w] & ~p->filter.mask[w]) | p->filter.value[w];
        }
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++) {
        f->filter.mask[w] = mask.word[w];
        f->filter.value[w] = value.word[w] & mask.word[w];
    }
}

static uint64_t tried, inserted, refused[16], looked_up;

static const struct exo_net_row *demux(const union net_key *key)
{
    bool deep;

    return filter_demux(&net_queue[0], key, &deep);
}

static void one_insert(void)
{
    uint32_t name = spare[spare_count - 1];
    struct exo_net_row *f = net_row(name);
    struct path guard = owner((uint32_t)(chance() % 4));
    struct path by = chance() % 2 ? guard : owner((uint32_t)(chance() % 4));
    union net_key sample[16];
    uint32_t before[16];
    uint32_t other = 0;

    if (!spare_count)
        return;
    chance_filter(f);
    f->guard[0] = guard.part[0];
    f->guard[1] = guard.part[1];
    f->guard_depth = (uint8_t)guard.depth;
    for (uint32_t i = 0; i < 16; i++) {
        sample[i] = chance_key();
        const struct exo_net_row *row = demux(&sample[i]);

        before[i] = row ? net_row_name(row) : 0;
    }
    int want = verdict(f, &by);
    int got = filter_insert(f, &by, &other);

    tried++;
    CHECK(got == want);
    if (got != want && tap_bad_here < 5)
        printf("# insertion %lu: got %d, want %d\n", (unsigned long)tried, got, want);
    if (got) {
        refused[got & 15]++;
        memset(f, 0, sizeof *f);
        return;
    }
    f->kind = EXO_NET_FILTER;
    spare_count--;
    live[live_count++] = name;
    inserted++;
    /* Nobody's packets may go to a stranger who came later. */
    for (uint32_t i = 0; i < 16; i++) {
        const struct exo_net_row *row = demux(&sample[i]);

        uint32_t beside = before[i]; /* or what lies beside the new one and around it */

        while (beside && net_row(beside)->filter.parent != f->filter.parent)
            beside = net_row(beside)->filter.parent;
        if (row != f || !beside)
            continue;
        struct path had = net_row_guard(net_row(beside));

        CHECK(path_dominates(&had, &guard) || path_dominates(&guard, &had) ||
              f->flags & EXO_NET_SHARED);
    }
}

static void one_remove(void)
{
    uint32_t budget = 1 + (uint32_t)(chance() % 8);

    if (!live_count)
        return;
    (void)filter_remove(net_row(live[chance() % live_count]), &budget);
    for (uint32_t i = 0; i < live_count;) {
        if (net_row(live[i])->kind) {
            i++;
            continue;
        }
        spare[spare_count++] = live[i];
        live[i] = live[--live_count];
    }
}

static void check_packets(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        union net_key key = chance_key();
        const struct exo_net_row *row = demux(&key);

        looked_up++;
        CHECK(same_set(row ? net_row_name(row) : 0, search(&key)));
    }
}

static void random_sets_agree_with_a_list(void)
{
    for (uint64_t seed = 1; seed <= 60 && !tap_bad_here; seed++) {
        start(seed);
        for (uint32_t round = 0; round < 400; round++) {
            if (chance() % 4 || live_count < 4)
                one_insert();
            else
                one_remove();
            check_packets(4);
        }
        while (live_count)
            one_remove();
        check_packets(16);
        CHECK(!filter_top());
    }
    printf("# %lu insertions tried: %lu done, %lu malformed, %lu equal, %lu across owners, %lu too "
           "many shapes; %lu packets\n",
           (unsigned long)tried, (unsigned long)inserted, (unsigned long)refused[EXO_E_ARG],
           (unsigned long)refused[EXO_E_EXISTS], (unsigned long)refused[EXO_E_OVERLAP],
           (unsigned long)refused[EXO_E_BUSY], (unsigned long)looked_up);
    CHECK(refused[EXO_E_ARG] && refused[EXO_E_EXISTS] && refused[EXO_E_OVERLAP] && inserted > 1000);
}

/* --- Many connections ---------------------------------------------------------------------------------------- */

static struct exo_net_row *put(uint32_t parent, const union net_key *mask,
                               const union net_key *value)
{
    struct exo_net_row *f = net_row(spare[--spare_count]);
    struct path guard = owner(1);
    uint32_t other;

    memset(f, 0, sizeof *f);
    memcpy(f->filter.mask, mask->word, sizeof f->filter.mask);
    memcpy(f->filter.value, value->word, sizeof f->filter.value);
    f->filter.parent = parent;
    f->guard[0] = guard.part[0];
    f->guard_depth = 1;
    CHECK(filter_insert(f, &guard, &other) == 0);
    f->kind = EXO_NET_FILTER;
    live[live_count++] = net_row_name(f);
    return f;
}

static union net_key connection(uint32_t n)
{
    union net_key key = {.word = {0}};

    key.field.ethertype = 0x0008;
    key.field.protocol = 6;
    memcpy(key.field.destination, (uint8_t[16]){[10] = 0xff, 0xff, 10, 0, 2, 15}, 16);
    memcpy(key.field.source, (uint8_t[16]){[10] = 0xff, 0xff, 10, 1, (uint8_t)(n >> 8), (uint8_t)n},
           16);
    key.field.destination_port = 80 << 8;
    key.field.source_port = (uint16_t)(n * 7);
    return key;
}

/* An address, a listener, and `count` connections: each packet finds its own, in about the same time. */
static double connections(uint32_t count)
{
    union net_key address = {.field = {.ethertype = 0xffff}};
    union net_key port;
    union net_key whole;
    struct timespec from, to;
    static uint32_t names[12000];
    uint32_t wrong = 0;

    start(count);
    memset(address.field.destination, 0xff, 16);
    port = address;
    port.field.protocol = 0xff;
    port.field.destination_port = 0xffff;
    whole = port;
    whole.field.source_port = 0xffff;
    memset(whole.field.source, 0xff, 16);
    union net_key mine = connection(0);
    union net_key value;

    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        value.word[w] = mine.word[w] & address.word[w];
    uint32_t claim = net_row_name(put(0, &address, &value));

    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        value.word[w] = mine.word[w] & port.word[w];
    uint32_t listener = net_row_name(put(claim, &port, &value));

    for (uint32_t n = 0; n < count; n++) {
        value = connection(n);
        names[n] = net_row_name(put(claim, &whole, &value));
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (uint32_t i = 0; i < 200000; i++) {
        union net_key key = connection(i % count);
        const struct exo_net_row *row = demux(&key);

        wrong += !row || net_row_name(row) != names[i % count];
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    union net_key stranger = connection(0);

    stranger.field.source_port = 1;
    wrong += net_row_name(demux(&stranger)) != listener;
    stranger.field.destination_port = 1;
    wrong += net_row_name(demux(&stranger)) != claim;
    stranger.field.destination[15] = 16;
    wrong += demux(&stranger) != NULL;
    CHECK(!wrong);
    return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / 200000;
}

static void ten_thousand_connections(void)
{
    static const uint32_t counts[] = {1, 10, 100, 1000, 10000};

    for (uint32_t i = 0; i < 5; i++)
        printf("# %u connections: %.0f ns a packet (with sanitizers)\n", counts[i],
               connections(counts[i]));
}

static void twins_are_removed_in_any_order(void)
{
    for (uint32_t order = 0; order < 27; order++) {
        struct exo_net_row *twin[3];
        uint32_t other;

        start(order);
        for (uint32_t i = 0; i < 3; i++) {
            struct path guard = owner(i);

            twin[i] = net_row(spare[--spare_count]);
            memset(twin[i], 0, sizeof *twin[i]);
            twin[i]->flags = EXO_NET_SHARED;
            twin[i]->filter.mask[0] = twin[i]->filter.value[0] = 7;
            twin[i]->guard[0] = guard.part[0];
            twin[i]->guard_depth = (uint8_t)guard.depth;
            CHECK(filter_insert(twin[i], &guard, &other) == 0);
            twin[i]->kind = EXO_NET_FILTER;
        }
        uint32_t left = 3;

        for (uint32_t i = 0, o = order; i < 9 && left; i++, o = o / 3 + i) {
            uint32_t budget = 1;
            union net_key key = {.word = {7}};
            uint32_t found = 0;

            if (!twin[o % 3]->kind)
                continue;
            CHECK(filter_remove(twin[o % 3], &budget));
            left--;
            const struct exo_net_row *row = demux(&key);

            for (; row; row = row->filter.twin ? net_row(row->filter.twin) : NULL)
                found++;
            CHECK(found == left);
        }
    }
}

/* --- Flows that are known ----------------------------------------------------------------------------------- */

/* Few of them, so that they come again: from 10.1.0.x to 10.0.2.y, ports below 4; payload[0] is said. */
static void segment(uint8_t *packet, uint32_t n, uint8_t payload)
{
    static const uint8_t start[60] = {2, 0,  0, 0, 0, 1, 2,  0, 0, 0, 0,  2, 8, 0, 0x45, 0,
                                      0, 46, 0, 0, 0, 0, 64, 6, 0, 0, 10, 1, 0, 0, 10,   0,
                                      2, 15, 0, 0, 0, 0, 0,  0, 0, 1, 0,  0, 0, 0, 0x50, 0x10};

    memcpy(packet, start, sizeof start);
    packet[23] = n & 1 ? 17 : 6;
    packet[39] = 26; /* UDP's length; of TCP a byte of the sequence number */
    packet[29] = (uint8_t)(n >> 1 & 3);
    packet[33] = (uint8_t)(n >> 3 & 1);
    packet[35] = (uint8_t)(n >> 4 & 3);
    packet[37] = (uint8_t)(n >> 6 & 3);
    packet[n & 1 ? 42 : 54] = payload;
}

static const struct exo_net_row *find(const uint8_t *bytes)
{
    struct net_packet packet = {.bytes = bytes, .have = 60, .length = 60};

    return filter_find(&net_queue[0], &packet);
}

/* A filter over some of what tells the flows (and the payload) apart, inside some other one or the top. */
static void flow_filter(struct exo_net_row *f)
{
    static const struct exo_net_key part[6] = {
        {.destination[15] = 1},       {.source[15] = 3},  {.source_port = 3 << 8},
        {.destination_port = 3 << 8}, {.protocol = 0xff}, {.payload[0] = 1}};
    union net_key key;
    struct net_layout layout;
    uint8_t packet[60];

    segment(packet, (uint32_t)chance() & 255, (uint8_t)(chance() & 1));
    net_key_read(&key, &layout, packet, 60, 60);
    memset(f, 0, sizeof *f);
    f->guard[0] = 1;
    f->guard_depth = 1;
    const struct exo_net_row *parent =
        live_count && chance() % 4 ? net_row(live[chance() % live_count]) : NULL;

    f->filter.parent = parent ? net_row_name(parent) : 0;
    for (uint32_t i = 0; i < 6; i++) {
        union net_key mask = {.field = part[i]};

        if (chance() % (i == 5 ? 12 : 2))
            continue;
        for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
            f->filter.mask[w] |= mask.word[w];
    }
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++) {
        f->filter.mask[w] |= parent ? parent->filter.mask[w] : 0;
        f->filter.value[w] = key.word[w] & f->filter.mask[w];
        if (parent)
            f->filter.value[w] =
                (f->filter.value[w] & ~parent->filter.mask[w]) | parent->filter.value[w];
    }
}

/* However filters come and go, a flow that is known leads where its key does. */
static void known_flows_lead_where_keys_do(void)
{
    struct path by = owner(1);
    uint32_t other = 0;
    uint64_t known = 0;
    uint64_t deep_ones = 0;

    start(99);
    for (uint32_t round = 0; round < 160000 && !tap_bad_here; round++) {
        if (round % 16) {
            ;
        } else if (chance() % 4 && live_count < 40) {
            struct exo_net_row *f = net_row(spare[spare_count - 1]);

            flow_filter(f);
            if (filter_insert(f, &by, &other)) {
                memset(f, 0, sizeof *f);
            } else {
                f->kind = EXO_NET_FILTER;
                live[live_count++] = spare[--spare_count];
            }
        } else {
            one_remove();
        }
        for (uint32_t i = 0; i < 4; i++) {
            union net_key key;
            struct net_layout layout;
            struct net_flow flow;
            uint8_t packet[60];
            bool deep;

            segment(packet, (uint32_t)chance() & 255, (uint8_t)(chance() & 1));
            CHECK(net_flow_read(&flow, &layout, packet, 60, 60));
            known += filter_of_flow(&net_queue[0], &flow) != 0;
            net_key_read(&key, &layout, packet, 60, 60);
            const struct exo_net_row *row = filter_demux(&net_queue[0], &key, &deep);

            deep_ones += deep;
            CHECK(find(packet) == row);
            CHECK(find(packet) == row);
            CHECK(filter_of_flow(&net_queue[0], &flow) == (row && !deep ? net_row_name(row) : 0));
        }
    }
    printf("# %lu flows were known, %lu answers hung on more\n", (unsigned long)known,
           (unsigned long)deep_ones);
    CHECK(known > 1000 && deep_ones > 1000);
}

/* A change that concerns none of the packets here: a filter comes or goes. */
static void change(struct exo_net_row *f)
{
    struct path by = owner(1);
    uint32_t budget = 1;
    uint32_t other;

    if (f->kind) {
        CHECK(filter_remove(f, &budget));
        return;
    }
    f->filter.mask[0] = f->filter.value[0] = 0x77;
    f->guard[0] = 1;
    f->guard_depth = 1;
    CHECK(filter_insert(f, &by, &other) == 0);
    f->kind = EXO_NET_FILTER;
}

/* What was answered so many changes ago that its place, or the other protocol's, comes round again, is not answered any more. */
static void old_answers_are_forgotten(void)
{
    const uint32_t round = 1u << NET_FLOWS_LOG;
    const uint32_t apart = round / 32 * (NET_IP_UDP - NET_IP_TCP);
    const uint32_t after[4] = {round, apart, round - apart, 0};

    for (uint32_t i = 0; i < 4 * 4 * 5; i++) {
        uint32_t changes = after[i % 4] + i / 16 % 5;
        uint32_t first = i / 4 % 2;
        uint32_t second = i / 8 % 2;
        union net_key mask = {.field = {.destination[15] = 1}};
        union net_key value = mask;
        uint8_t packet[60];

        start(i);
        const struct exo_net_row *claim = put(0, &mask, &value);

        mask.field.source[15] = 3;
        struct exo_net_row *inner = put(net_row_name(claim), &mask, &value);

        segment(packet, 8 + first, 0); /* from 10.1.0.0 to 10.0.2.1 */
        CHECK(find(packet) == inner);
        change(inner);
        struct exo_net_row *f = net_row(spare[spare_count - 1]);

        for (uint32_t c = 3; c < changes; c++)
            change(f);
        segment(packet, 8 + second, 0);
        CHECK(find(packet) == claim);
    }
}

int main(void)
{
    TEST(known_flows_lead_where_keys_do);
    TEST(old_answers_are_forgotten);
    TEST(random_sets_agree_with_a_list);
    TEST(twins_are_removed_in_any_order);
    TEST(ten_thousand_connections);
    return TAP_END();
}
