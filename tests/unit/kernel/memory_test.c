/* SPDX-License-Identifier: MIT */
/*
 * memory_test.c - frames and page tables under random calls by two domains, audited after every call.
 *
 * The audit is the invariants of frame.c and table.c, recomputed from the tables themselves: reference and
 * link counts, kinds, guards. A refused call must leave everything as it was.
 */
#include <stdlib.h>
#include <string.h>
#include "fake/machine.h"
#include "tap.h"

#define CALLS      100000
#define USER_SLOTS 256

static struct env domain[3]; /* root, and two children of it that do not trust each other */
static uint64_t seed = 88172645463325252u;

static uint64_t random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1d;
}

static uint64_t random_below(uint64_t n)
{
    return (random_word() >> 20) % n;
}

/* As the decoders do: a handler gets a copy of the capability that has the right. */
#define WITH(rights, ...)                                                                          \
    struct cap cap;                                                                                \
    int error = -cap_get(self->cap, slot, rights, &cap);                                           \
                                                                                                   \
    return error ? call_error(error) : __VA_ARGS__

static struct call_result frame_alloc(struct env *self, uint32_t slot, uint64_t first,
                                      uint64_t count)
{
    WITH(EXO_RIGHT_ALLOCATE, call_frame_alloc(self, &cap, first, count));
}

static struct call_result frame_free(struct env *self, uint32_t slot, uint64_t first,
                                     uint64_t count)
{
    WITH(EXO_RIGHT_WRITE, call_frame_free(self, &cap, first, count));
}

static struct call_result frame_guard(struct env *self, uint32_t slot, uint64_t first,
                                      uint64_t count, uint32_t to, uint64_t flags)
{
    struct cap target;

    if (cap_get(self->cap, to, 0, &target))
        return call_error(EXO_E_CAP);
    WITH(EXO_RIGHT_WRITE, call_frame_guard(self, &cap, first, count, &target, flags));
}

static struct call_result dma_update(struct env *self, uint32_t slot, uint64_t root, uint64_t batch,
                                     uint64_t count)
{
    WITH(EXO_RIGHT_WRITE, call_dma_update(self, &cap, root, batch, count));
}

static struct call_result table_create(struct env *self, uint32_t slot, uint64_t frame,
                                       uint64_t level)
{
    WITH(EXO_RIGHT_WRITE, call_table_create(self, &cap, frame, level));
}

static struct call_result table_destroy(struct env *self, uint32_t slot, uint64_t frame)
{
    WITH(EXO_RIGHT_WRITE, call_table_destroy(self, &cap, frame));
}

static void start(void)
{
    machine_start();
    memset(domain, 0, sizeof domain);
    for (uint32_t d = 0; d < 3; d++) {
        struct cap cap = {.rights = EXO_RIGHT_ALL, .present = 1};

        if (d)
            CHECK(path_append(&cap.path, &cap.path, d));
        domain[d].cap[0] = cap;
        domain[d].cap[1] = cap;
        domain[d].cap[1].rights = EXO_RIGHT_READ; /* the same, without most rights */
    }
    domain[0].cap[2] = domain[1].cap[0];
    domain[0].cap[3] = domain[2].cap[0];
}

static uint64_t state_hash(void)
{
    uint64_t hash = 14695981039346656037u;
    const unsigned char *rows = (const unsigned char *)frame_table;

    for (size_t i = 0; i < FAKE_FRAMES * sizeof *frame_table; i++)
        hash = (hash ^ rows[i]) * 1099511628211u;
    for (uint64_t f = 0; f < FAKE_FRAMES; f++) {
        if (frame_table[f].kind != EXO_FRAME_TABLE && frame_table[f].kind != EXO_FRAME_DMA)
            continue;
        for (int i = 0; i < 512; i++)
            hash = (hash ^ ((uint64_t *)frame_window(f))[i]) * 1099511628211u;
    }
    return hash;
}

/* An entry of a device's table. */
static void audit_dma(uint32_t level, uint64_t entry, uint32_t *references, uint32_t *links)
{
    uint64_t frame = (entry & EXO_PTE_FRAME) >> 12;

    CHECK(level >= 1 && level <= arch_dma_levels && !(entry & ~DMA_BITS));
    CHECK(!entry || (entry & EXO_PTE_PRESENT && frame < FAKE_FRAMES));
    if (!entry || frame >= FAKE_FRAMES)
        return;
    if (level == 1) {
        references[frame]++;
        CHECK(frame_table[frame].kind == EXO_FRAME_DATA);
    } else {
        links[frame]++;
        CHECK(frame_table[frame].kind == EXO_FRAME_DMA && frame_table[frame].level == level - 1);
    }
}

/* Recomputes every count from the tables. */
static void audit(void)
{
    static uint32_t references[FAKE_FRAMES], links[FAKE_FRAMES];

    memset(references, 0, sizeof references);
    memset(links, 0, sizeof links);
    for (uint64_t t = 0; t < FAKE_FRAMES; t++) {
        const struct exo_frame *table = &frame_table[t];

        CHECK((fake.window[t] == 1) ==
              (table->kind == EXO_FRAME_TABLE || table->kind == EXO_FRAME_ENV ||
               table->kind == EXO_FRAME_DMA));
        for (int i = 0; table->kind == EXO_FRAME_DMA && i < 512; i++)
            audit_dma(table->level, ((uint64_t *)frame_window(t))[i], references, links);
        if (table->kind != EXO_FRAME_TABLE)
            continue;
        if (table->level == 4)
            CHECK(((uint64_t *)frame_window(t))[511] == 0x1234);
        for (int i = 0; i < (table->level == 4 ? USER_SLOTS : 512); i++) {
            uint64_t entry = ((uint64_t *)frame_window(t))[i];
            uint64_t frame = (entry & EXO_PTE_FRAME) >> 12;

            if (!(entry & EXO_PTE_PRESENT)) {
                CHECK(!(entry & ~(uint64_t)(EXO_PTE_SOFT | EXO_PTE_SOFT_HIGH)));
                continue;
            }
            CHECK(entry & EXO_PTE_USER && frame < FAKE_FRAMES);
            if (frame >= FAKE_FRAMES)
                continue;
            struct path over = frame_guard_path(table),
                        under = frame_guard_path(&frame_table[frame]);

            (void)over;
            (void)under;
            if (table->level > 1) {
                links[frame]++;
                CHECK(frame_table[frame].kind == EXO_FRAME_TABLE &&
                      frame_table[frame].level == table->level - 1);
            } else {
                references[frame]++;
                CHECK(frame_table[frame].kind == EXO_FRAME_DATA);
            }
        }
    }
    for (uint64_t f = 0; f < FAKE_FRAMES; f++) {
        CHECK(frame_table[f].references == references[f]);
        CHECK(frame_table[f].links == links[f]);
        if (frame_table[f].kind == EXO_FRAME_FREE)
            CHECK(!references[f] && !links[f]);
    }
}

static uint64_t some_frame(void)
{
    return random_below(64) ? random_below(40) + 1 : random_word();
}

static uint64_t some_entry(uint32_t level)
{
    uint64_t entry = some_frame() << 12;

    switch (random_below(8)) {
    case 0:
        return 0;
    case 1:
        return random_word();
    case 2:
        return entry | EXO_PTE_PRESENT | (random_word() & 0xfff) |
               (random_word() & EXO_PTE_NO_EXECUTE);
    default:
        return (entry & EXO_PTE_FRAME) | EXO_PTE_PRESENT | (random_below(2) ? EXO_PTE_WRITE : 0) |
               (level > 1 && !random_below(20) ? EXO_PTE_LARGE : 0);
    }
}

/* Frames that devices reach. */
static uint64_t dma_leaves(void)
{
    uint64_t leaves = 0;

    for (uint64_t t = 0; t < FAKE_FRAMES; t++)
        for (int i = 0; frame_table[t].kind == EXO_FRAME_DMA && i < 512; i++)
            leaves += ((uint64_t *)frame_window(t))[i] != 0;
    return leaves;
}

static struct call_result random_update(struct env *self, uint32_t slot)
{
    uint32_t level = random_below(16) ? (uint32_t)random_below(4) + 1 : (uint32_t)random_below(8);
    uint64_t address = random_below(2) * (1ull << 39) + random_below(2) * (1ull << 30) +
                       random_below(2) * (1ull << 21) + random_below(3) * 4096;
    struct exo_pte request = {.entry = some_entry(level)};

    if (level > 1 && level <= 4 && random_below(16))
        address &= ~((1ull << (12 + 9 * (level - 1))) - 1);
    if (!random_below(64))
        address = random_word() & ~0xffful;
    request.address = address | level;
    if (random_below(2)) {
        int before = fake.flushed_dma;
        uint64_t there = dma_leaves();
        struct call_result result = dma_update(self, slot, some_frame(), (uint64_t)&request, 1);

        CHECK(dma_leaves() >= there || fake.flushed_dma > before);
        return result;
    }
    if (random_below(2))
        return call_pt_update(self, slot, some_frame(), (uint64_t)&request, 1);
    fake_cpu.env = self;
    return decode_pt_write(slot, some_frame(), request.address, request.entry, 1, 0);
}

static struct call_result random_call(struct env *self)
{
    uint32_t slot = random_below(10) ? 0 : (uint32_t)random_below(EXO_CAP_SLOTS);
    uint64_t count = random_below(4) + 1;

    switch (random_below(10)) {
    case 0:
        return frame_alloc(self, slot, some_frame(), count);
    case 1:
        return frame_free(self, slot, some_frame(), random_below(20) ? 1 : count);
    case 2:
        return frame_guard(self, slot, some_frame(), 1, (uint32_t)random_below(4), random_below(2));
    case 3:
        return table_create(self, slot, some_frame(),
                                 random_below(5) | random_below(2) * EXO_TABLE_DMA);
    case 4:
        return random_below(4) ? call_ok(0) : table_destroy(self, slot, some_frame());
    default:
        return random_update(self, slot);
    }
}

static uint64_t accepted, refused;

static void random_calls_keep_every_invariant(void)
{
    start();
    for (int i = 0; i < CALLS && tap_bad_here < 5; i++) {
        struct env *self = &domain[random_below(3)];
        uint64_t before = state_hash();
        struct call_result result = random_call(self);

        if (result.value < 0) {
            refused++;
            CHECK(state_hash() == before || result.value == -EXO_E_AGAIN);
        } else {
            accepted++;
        }
        if (i % 16 == 0)
            audit();
    }
    audit();
    printf("# %lu calls accepted, %lu refused\n", accepted, refused);
    CHECK(accepted > 1000 && refused > 1000);
}

static void update(struct env *self, uint64_t root, uint64_t address, uint32_t level,
                   uint64_t entry, int64_t expected)
{
    struct exo_pte request = {.address = address | level, .entry = entry};
    struct call_result result = call_pt_update(self, 0, root, (uint64_t)&request, 1);

    if (result.value != expected)
        printf("# level %u entry 0x%lx: %ld, expected %ld\n", level, entry, result.value, expected);
    CHECK(result.value == expected);
}

/* root 10, tables 11 12 13, pages 14 15, all of domain 1. */
static void small_space(void)
{
    start();
    CHECK(frame_alloc(&domain[1], 0, 10, 10).value == 0);
    for (uint64_t i = 0; i < 4; i++)
        CHECK(table_create(&domain[1], 0, 10 + i, 4 - i).value == 0);
    update(&domain[1], 10, 0, 4, 11ul << 12 | 3, 1);
    update(&domain[1], 10, 0, 3, 12ul << 12 | 3, 1);
    update(&domain[1], 10, 0, 2, 13ul << 12 | 3, 1);
    update(&domain[1], 10, 0x5000, 1, 14ul << 12 | 3, 1);
    audit();
}

static void tables_are_never_writable(void)
{
    small_space();
    update(&domain[1], 10, 0x6000, 1, 13ul << 12 | 3, -EXO_E_KIND);
    update(&domain[1], 10, 0x6000, 1, 13ul << 12 | 1, -EXO_E_KIND);
    CHECK(table_create(&domain[1], 0, 14, 1).value == -EXO_E_BUSY); /* mapped writable */
}

static void foreign_frames_are_refused(void)
{
    small_space();
    CHECK(frame_alloc(&domain[2], 0, 30, 2).value == 0);
    update(&domain[1], 10, 0x6000, 1, 30ul << 12 | 1, -EXO_E_CAP);
    update(&domain[2], 10, 0x6000, 1, 30ul << 12 | 1, -EXO_E_CAP);
    update(&domain[1], 10, 0x6000, 1, 50ul << 12 | 1, -EXO_E_CAP);  /* free */
    update(&domain[1], 10, 0x6000, 1, 0ul << 12 | 1, -EXO_E_RANGE); /* no memory there */
    update(&domain[0], 10, 0x6000, 1, 30ul << 12 | 1, 1);           /* the root dominates both */
}

static void dma(struct env *self, uint64_t address, uint32_t level, uint64_t entry,
                int64_t expected)
{
    struct exo_pte request = {.address = address | level, .entry = entry};

    CHECK(dma_update(self, 0, 16, (uint64_t)&request, 1).value == expected);
}

/* root 16, tables 17 18 for devices, besides the small space. */
static void devices_reach_pinned_data_only(void)
{
    small_space();
    CHECK(frame_alloc(&domain[2], 0, 30, 2).value == 0);
    for (uint64_t i = 0; i < 3; i++)
        CHECK(table_create(&domain[1], 0, 16 + i, (3 - i) | EXO_TABLE_DMA).value == 0);
    CHECK(table_create(&domain[1], 0, 19, 4 | EXO_TABLE_DMA).value == -EXO_E_ARG);
    dma(&domain[1], 0, 3, 17ul << 12 | 3, 1);
    dma(&domain[1], 0, 2, 18ul << 12 | 3, 1);
    dma(&domain[1], 0x1000, 1, 14ul << 12 | 3, 1); /* mapped by the space, too */
    dma(&domain[1], 0x2000, 1, 13ul << 12 | 3, -EXO_E_KIND);
    dma(&domain[1], 0x2000, 1, 18ul << 12 | 3, -EXO_E_KIND);
    dma(&domain[1], 0x2000, 1, 30ul << 12 | 1, -EXO_E_CAP);
    dma(&domain[2], 0x2000, 1, 30ul << 12 | 1, -EXO_E_CAP); /* another's tables */
    dma(&domain[1], 1ul << 39, 1, 15ul << 12 | 1, -EXO_E_ARG);
    update(&domain[1], 10, 0, 2, 0, 1);
    CHECK(table_destroy(&domain[1], 0, 13).value == 0); /* the space's mapping is gone */
    CHECK(frame_free(&domain[1], 0, 14, 1).value == -EXO_E_BUSY);
    CHECK(frame_table[14].references == 1);
    int before = fake.flushed_dma;

    dma(&domain[1], 0x1000, 1, 0, 1);
    CHECK(fake.flushed_dma == before + 1);
    CHECK(frame_free(&domain[1], 0, 14, 1).value == 0);
    CHECK(table_destroy(&domain[1], 0, 18).value == -EXO_E_BUSY);
    dma(&domain[1], 0x3000, 1, 15ul << 12 | 3, 1);
    CHECK(table_destroy(&domain[1], 0, 16).value == 0); /* drops its link to 17 */
    CHECK(table_destroy(&domain[1], 0, 17).value == 0);
    CHECK(table_destroy(&domain[1], 0, 18).value == 0);
    CHECK(frame_table[15].references == 0);
    audit();
}

static void mapped_frames_are_not_given_away(void)
{
    small_space();
    CHECK(frame_free(&domain[1], 0, 14, 1).value == -EXO_E_BUSY);
    CHECK(frame_guard(&domain[0], 0, 14, 1, 3, 0).value == -EXO_E_BUSY);
    update(&domain[1], 10, 0x5000, 1, 0, 1);
    CHECK(frame_free(&domain[1], 0, 14, 1).value == 0);
}

static void used_frames_are_zeroed_for_the_next_domain(void)
{
    start();
    CHECK(frame_alloc(&domain[1], 0, 20, 1).value == 0);
    memset(frame_window(20), 0x55, 4096);
    CHECK(frame_free(&domain[1], 0, 20, 1).value == 0);
    CHECK(frame_alloc(&domain[2], 0, 20, 1).value == 0);
    for (int i = 0; i < 4096; i++)
        CHECK(((unsigned char *)frame_window(20))[i] == 0);
}

static void linked_tables_are_not_destroyed(void)
{
    small_space();
    CHECK(table_destroy(&domain[1], 0, 12).value == -EXO_E_BUSY);
    update(&domain[1], 10, 0, 3, 0, 1);
    CHECK(table_destroy(&domain[1], 0, 12).value == 0); /* drops its link to 13 */
    CHECK(frame_table[13].links == 0);
    CHECK(table_destroy(&domain[1], 0, 13).value == 0); /* drops its reference to 14 */
    CHECK(frame_table[14].references == 0);
    audit();
}

static void loaded_root_is_not_destroyed(void)
{
    small_space();
    domain[1].root = 10;
    frame_table[10].references = 1;
    CHECK(table_destroy(&domain[1], 0, 10).value == -EXO_E_BUSY);
    frame_table[10].references = 0;
    atomic_store(&fake_cpu.root, 10);
    CHECK(table_destroy(&domain[1], 0, 10).value == -EXO_E_BUSY);
    atomic_store(&fake_cpu.root, 0);
    CHECK(table_destroy(&domain[1], 0, 10).value == 0);
}

static void forbidden_bits_are_refused(void)
{
    small_space();
    for (int bit = 0; bit < 64; bit++) {
        struct exo_pte request = {.address = 0x7001, .entry = 15ul << 12 | 1 | 1ul << bit};
        int64_t value = call_pt_update(&domain[1], 0, 10, (uint64_t)&request, 1).value;
        bool global_or_large = bit == 7 || bit == 8;

        if (global_or_large)
            CHECK(value == -EXO_E_ARG);
        uint64_t entry = ((uint64_t *)frame_window(13))[7];

        CHECK(!(entry & 1ul << 8) && !(entry & 1ul << 7));
    }
    audit();
}

static void kernel_half_is_out_of_reach(void)
{
    small_space();
    update(&domain[1], 10, EXO_USER_END, 1, 15ul << 12 | 1, -EXO_E_ARG);
    update(&domain[1], 10, 1ul << 47, 4, 11ul << 12 | 3, -EXO_E_ARG);
    update(&domain[1], 10, 0xffffff8000000000, 4, 11ul << 12 | 3, -EXO_E_ARG);
    update(&domain[1], 10, 0xffffff0000000000, 4, 0, -EXO_E_ARG);
    audit();
}

/* The entries of pages in a row: as many as there are frames that may be named, and none past the end of a table that has no next. */
static void rows_stop_at_the_first_refusal(void)
{
    small_space();
    fake_cpu.env = &domain[1];
    CHECK(frame_alloc(&domain[1], 0, 20, 4).value == 0);
    CHECK(frame_alloc(&domain[2], 0, 24, 1).value == 0);
    CHECK(decode_pt_write(0, 10, 0x8001, 20ul << 12 | 3, 4, 0).value == 4);
    for (uint64_t i = 0; i < 4; i++)
        CHECK(((uint64_t *)frame_window(13))[8 + i] == ((20 + i) << 12 | 7) &&
              frame_table[20 + i].references == 1);
    struct call_result result = decode_pt_write(0, 10, 0x9001, 21ul << 12 | 3, 8, 0);

    CHECK(result.value == -EXO_E_CAP && result.second == 3); /* frame 24 is another's */
    CHECK(decode_pt_write(0, 10, 0x8001, 0, 4, 0).value == 4);
    CHECK(frame_table[20].references == 0 && frame_table[23].references == 0);
    result = decode_pt_write(0, 10, 0x1fe001, 0xe00, 3, 0); /* soft bits of absent entries */
    CHECK(result.value == -EXO_E_NONE && result.second == 2);
    CHECK(decode_pt_write(0, 10, 2, 0, 2, 0).value == -EXO_E_ARG); /* a row above level 1 */
    CHECK(decode_pt_write(0, 10, 0x8001 | EXO_PT_SPACE, 10, 1, 0).value == -EXO_E_ARG);
    CHECK(decode_pt_write(0, 10, 0x8001, 0, 0, 0).value == -EXO_E_ARG);
    CHECK(decode_pt_write(0, 10, 0x8001, 0, EXO_PT_BATCH_MAX + 1, 0).value == -EXO_E_ARG);
    CHECK(decode_pt_write(EXO_CAP_SLOTS, 10, 0x8001, 0, 1, 0).value == -EXO_E_ARG);
    CHECK(decode_pt_write(0, 10, 0x8001, ~0xffful >> 12 << 12 | 1, 2, 0).value < 0);
    audit();
}

/* What was found out about a capability is not used for what comes into its slot later, nor for another root. */
static void a_changed_slot_is_looked_at_again(void)
{
    const struct cap own = domain[1].cap[0];

    small_space();
    fake_cpu.env = &domain[1];
    CHECK(decode_pt_write(0, 10, 0x8001, 15ul << 12 | 1, 1, 0).value == 1);
    cap_set(&domain[1].cap[0], NULL);
    CHECK(decode_pt_write(0, 10, 0x8001, 0, 1, 0).value == -EXO_E_CAP);
    cap_set(&domain[1].cap[0], &domain[2].cap[0]);
    CHECK(decode_pt_write(0, 10, 0x8001, 0, 1, 0).value == -EXO_E_CAP);
    cap_set(&domain[1].cap[0], &own);
    CHECK(decode_pt_write(0, 10, 0x8001, 0, 1, 0).value == 1);
    CHECK(decode_pt_write(0, 11, 0x8001, 0, 1, 0).value == -EXO_E_KIND);
    audit();
}

static void removing_rights_flushes(void)
{
    small_space();
    atomic_store(&fake_cpu.root, 10);
    int before = fake.flushed_pages;

    update(&domain[1], 10, 0x5000, 1, 14ul << 12 | 1, 1);
    CHECK(fake.flushed_pages == before + 1);
    update(&domain[1], 10, 0x5000, 1, 0, 1);
    CHECK(fake.flushed_pages == before + 2);
    int all = fake.flushed_all;

    update(&domain[1], 10, 0, 3, 0, 1);
    CHECK(fake.flushed_all == all + 1);
}

/* A page of a subtree that two spaces share is flushed everywhere, whichever table on the way is the shared one. */
static void shared_subtrees_flush_every_space(void)
{
    small_space();
    CHECK(table_create(&domain[1], 0, 16, 4).value == 0);
    update(&domain[1], 16, 0, 4, 11ul << 12 | 3, 1); /* a second root over the same level-3 table */
    int all = fake.flushed_all;

    update(&domain[1], 10, 0x5000, 1, 0, 1);
    CHECK(fake.flushed_all == all + 1);
    audit();
}

int main(void)
{
    TEST(random_calls_keep_every_invariant);
    TEST(tables_are_never_writable);
    TEST(foreign_frames_are_refused);
    TEST(devices_reach_pinned_data_only);
    TEST(mapped_frames_are_not_given_away);
    TEST(used_frames_are_zeroed_for_the_next_domain);
    TEST(linked_tables_are_not_destroyed);
    TEST(loaded_root_is_not_destroyed);
    TEST(forbidden_bits_are_refused);
    TEST(kernel_half_is_out_of_reach);
    TEST(rows_stop_at_the_first_refusal);
    TEST(a_changed_slot_is_looked_at_again);
    TEST(removing_rights_flushes);
    TEST(shared_subtrees_flush_every_space);
    free(fake_memory);
    free(frame_table);
    return TAP_END();
}
