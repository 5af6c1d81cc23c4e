/* SPDX-License-Identifier: MIT */
/*
 * stretch.c - boot tests of long calls at their longest: all of what they accept, and refused at the very end.
 *
 * Under -icount tests/boot/run reads from the same run how long interrupts were off in each of them (finish() in harness.c).
 */
#include "base/string.h"
#include "lib/exo/match.h"
#include "tests/boot/boot.h"

#define MANY 512
#define ROW(table, index) ((uint64_t)(table) << EXO_NET_ROW_BITS | (index))

static uint64_t large_take(uint32_t slot)
{
    for (uint64_t first = MANY; first + MANY <= machine.page->frame_count; first += MANY)
        if (exo_frame_alloc(slot, first, MANY) == 0)
            return first;
    return 0;
}

static bool all_are(uint64_t first, uint64_t count, uint8_t kind, uint32_t references, uint16_t part)
{
    bool same = true;

    for (uint64_t f = first; f < first + count; f++)
        same &= machine.frames[f].kind == kind && machine.frames[f].references == references &&
                (uint16_t)machine.frames[f].guard[0] == part;
    return same;
}

static void test_runs(void)
{
    uint64_t free = machine.page->frames_free;
    uint64_t first = large_take(SLOT_CHILD);
    uint64_t last = first + MANY - 1;
    uint64_t second = 0;

    check(first != 0, "512 frames");
    expect((int64_t)machine.page->frames_free, (int64_t)free - MANY, "as many are free less");
    expect(exo_frame_alloc_2(SLOT_CHILD, last, 1, &second), -EXO_E_BUSY, "the last is taken");
    expect(page_map(0, last, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "it is mapped");
    expect(exo_frame_free_2(SLOT_CHILD, first, MANY, &second), -EXO_E_BUSY, "not freed");
    expect((int64_t)second, (int64_t)last, "because of the last");
    expect(exo_frame_guard_2(SLOT_CHILD, first, MANY, SLOT_CHILD, 1, &second), -EXO_E_BUSY,
           "nor put under another guard");
    check(all_are(first, MANY - 1, EXO_FRAME_DATA, 0, 77), "all others are as before");
    memset(page_at(0), 0x5a, EXO_PAGE_SIZE);
    expect(page_unmap(0), 0, "unmapped");
    expect(exo_frame_guard(CAP_ROOT, first, MANY, SLOT_OTHER, 1), 0, "512 frames change their guard");
    check(all_are(first, MANY, EXO_FRAME_DATA, 0, 78), "all of them");
    expect(page_map(0, last, EXO_PTE_NO_EXECUTE), 0, "the last is mapped");
    check(((uint8_t *)page_at(0))[4095] == 0, "and zeroed");
    expect(page_unmap(0), 0, "unmapped");
    expect(exo_frame_free(SLOT_OTHER, first, MANY), 0, "512 frames are freed");
    expect((int64_t)machine.page->frames_free, (int64_t)free, "as many are free as before");
    expect(exo_frame_alloc(SLOT_CHILD, first, MANY), 0, "512 used frames are taken");
    expect(exo_frame_free(SLOT_CHILD, first, MANY), 0, "and freed");
    expect(exo_frame_alloc(SLOT_CHILD, last, 1), 0, "the last is taken");
    expect(exo_frame_alloc_2(SLOT_CHILD, first, MANY, &second), -EXO_E_BUSY, "the run is not");
    expect((int64_t)second, (int64_t)last, "because of the last");
    expect((int64_t)machine.page->frames_free, (int64_t)free - 1, "all others are free");
    expect(exo_frame_free(SLOT_CHILD, last, 1), 0, "it is freed");
}

/* 2 MiB entries whose frames lie below the capability's path: none of the shortcuts holds. */
static void test_large(void)
{
    uint64_t address = WORK_ADDRESS + (2ull << 30);
    uint64_t one = large_take(SLOT_CHILD), two = large_take(SLOT_CHILD);
    uint64_t low, more[3];
    struct exo_pte batch[EXO_PT_BATCH_MAX];

    check(one && two, "two runs of 512 frames");
    expect(exo_tables(&machine.space, address, 1 << 21, 2), 0, "a table for large pages");
    low = (*exo_entry(address, 3) & EXO_PTE_FRAME) >> 12;
    expect(exo_frame_guard(CAP_ROOT, two + MANY - 1, 1, CAP_ROOT, 0), 0, "one is not its domain's");
    struct exo_space child = {.slot = SLOT_CHILD, .root = machine.space.root};

    expect(exo_map_large(&child, address, one, 1, EXO_PTE_NO_EXECUTE), -EXO_E_CAP,
           "another's root");
    check(all_are(one, MANY, EXO_FRAME_DATA, 0, 77), "and nothing is counted");
    expect(exo_map_large(&machine.space, address, one, 1, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0,
           "2 MiB are mapped");
    expect(exo_frame_free(CAP_ROOT, two + MANY - 1, 1), 0, "the last of the others is freed");
    expect(exo_map_large(&machine.space, address, two, 1, EXO_PTE_NO_EXECUTE), -EXO_E_CAP,
           "a run without its last frame");
    check(all_are(two, MANY - 1, EXO_FRAME_DATA, 0, 77), "nothing is counted");
    check(all_are(one, MANY, EXO_FRAME_DATA, 1, 77), "the old entry stays");
    expect(exo_frame_alloc(SLOT_CHILD, two + MANY - 1, 1), 0, "it is taken again");
    expect(exo_map_large(&machine.space, address, two, 1, EXO_PTE_NO_EXECUTE), 0, "replaced");
    check(all_are(one, MANY, EXO_FRAME_DATA, 0, 77) && all_are(two, MANY, EXO_FRAME_DATA, 1, 77),
          "each frame is counted");
    for (uint64_t i = 0; i < EXO_PT_BATCH_MAX; i++)
        batch[i] = (struct exo_pte){.address = (address + (i << 21)) | 2,
                                    .entry = one << 12 | EXO_PTE_PRESENT | EXO_PTE_LARGE |
                                             EXO_PTE_NO_EXECUTE};
    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, EXO_PT_BATCH_MAX), EXO_PT_BATCH_MAX,
           "64 large entries at once");
    check(all_are(one, MANY, EXO_FRAME_DATA, EXO_PT_BATCH_MAX, 77), "each is counted");
    expect(exo_link(&machine.space, machine.space.root, address, 3, 0), 0, "unlink their table");
    int64_t result = -EXO_E_AGAIN;

    for (uint32_t i = 0; i < 1000 && result == -EXO_E_AGAIN; i++)
        result = exo_table_destroy(CAP_ROOT, low);
    expect(result, 0, "it is destroyed");
    check(all_are(one, MANY, EXO_FRAME_DATA, 0, 77), "no reference is left");
    frame_drop(low);

    /* A full table of small entries. */
    for (uint32_t i = 0; i < 3; i++)
        more[i] = frame_new(CAP_ROOT);
    expect(exo_tables(&machine.space, address, 1 << 21, 1), 0, "a table for small pages");
    low = (*exo_entry(address, 2) & EXO_PTE_FRAME) >> 12;
    expect(exo_map(&machine.space, address, one, MANY, EXO_PTE_NO_EXECUTE), 0, "512 pages");
    expect(exo_link(&machine.space, machine.space.root, address, 2, 0), 0, "unlinked");
    expect(exo_table_destroy(CAP_ROOT, low), 0, "destroyed with 512 entries");
    frame_drop(low);
    low = (*exo_entry(address, 3) & EXO_PTE_FRAME) >> 12;
    expect(exo_link(&machine.space, machine.space.root, address, 3, 0), 0, "unlinked");
    expect(exo_table_destroy(CAP_ROOT, low), 0, "and the one above");
    frame_drop(low);
    for (uint32_t i = 0; i < 3; i++)
        frame_drop(more[i]);
    expect(exo_frame_free(CAP_ROOT, one, MANY), 0, "the frames go");
    expect(exo_frame_free(CAP_ROOT, two, MANY), 0, "and the others");
}

/* --- Programs ------------------------------------------------------------------------------------------- */

#define I(op, d, s, off, imm)                                                                      \
    ((uint64_t)(op) | (uint64_t)(d) << 8 | (uint64_t)(s) << 12 | (uint64_t)(uint16_t)(off) << 16 | \
     (uint64_t)(uint32_t)(imm) << 32)
#define EXIT I(0x95, 0, 0, 0, 0)

static uint64_t insn[EXO_CODE_INSNS_MAX];
static uint64_t frames[EXO_CODE_FRAMES_MAX];

static void program_load(uint32_t type, uint32_t count, const char *what)
{
    static const uint8_t rodata[EXO_CODE_RODATA_MAX];
    struct exo_code_image image = {.type = type,
                                   .insn_count = count,
                                   .insns = (uint64_t)insn,
                                   .rodata = (uint64_t)rodata,
                                   .rodata_bytes = sizeof rodata};
    uint64_t id = (uint64_t)exo_code_create(CAP_ROOT, 3, frames, EXO_CODE_FRAMES_MAX);
    static uint8_t bytes[EXO_CODE_INPUT_MAX];
    struct exo_code_test test = {.input = (uint64_t)bytes,
                                 .input_bytes = EXO_CODE_REACH,
                                 .output = (uint64_t)bytes,
                                 .output_bytes = sizeof bytes};
    int64_t result;

    do {
        result = exo_code_load(CAP_ROOT, id, &image);
    } while (result == -EXO_E_AGAIN);
    check(result == 0 || result == -EXO_E_CODE, "%s: %s", what, result ? "refused" : "accepted");
    if (!result)
        expect(exo_code_test(CAP_ROOT, id, &test), 0, "%s: run, abort %u", what, test.abort);
    expect(exo_code_destroy(CAP_ROOT, id), 0, "%s: destroyed", what);
}

static void test_programs(void)
{
    const uint32_t count = EXO_CODE_INSNS_MAX;
    uint64_t first = large_take(CAP_ROOT), spare = first + EXO_CODE_FRAMES_MAX;

    for (uint32_t i = 0; i < EXO_CODE_FRAMES_MAX; i++)
        frames[i] = first + i;
    frames[EXO_CODE_FRAMES_MAX - 1] = machine.space.root;
    expect(exo_code_create(CAP_ROOT, 3, frames, EXO_CODE_FRAMES_MAX), -EXO_E_KIND,
           "a container whose last frame is a table");
    check(all_are(first, EXO_CODE_FRAMES_MAX - 1, EXO_FRAME_DATA, 0, 0), "nothing is taken");
    frames[EXO_CODE_FRAMES_MAX - 1] = first + EXO_CODE_FRAMES_MAX - 1;
    uint64_t id = (uint64_t)exo_code_create(CAP_ROOT, 3, frames, EXO_CODE_FRAMES_MAX);

    expect(exo_code_create(CAP_ROOT, 3, (uint64_t[]){spare, spare + 1, spare + 2, spare + 3,
                                                     spare + 4, spare + 5, spare + 6, spare + 7},
                           EXO_CODE_FRAMES_MIN),
           -EXO_E_EXISTS, "a second in its slot");
    check(all_are(spare, EXO_CODE_FRAMES_MIN, EXO_FRAME_DATA, 0, 0), "nothing is taken");
    for (uint32_t i = 0, lot; i < EXO_CODE_MEMORY_MAX; i += lot) {
        uint64_t window[EXO_CODE_MEMORY_CHUNK];

        lot = EXO_CODE_MEMORY_MAX - i < EXO_CODE_MEMORY_CHUNK ? EXO_CODE_MEMORY_MAX - i
                                                              : EXO_CODE_MEMORY_CHUNK;
        for (uint32_t k = 0; k < lot; k++)
            window[k] = spare + 8 + (i + k) % 200;
        expect(exo_code_memory(CAP_ROOT, id, window, lot), 0, "a window");
    }
    expect(exo_code_destroy(CAP_ROOT, id), 0, "destroyed with all its window");
    check(all_are(first, MANY, EXO_FRAME_DATA, 0, 0), "all is data again");

    for (uint32_t i = 0; i < count; i++) /* much to write: 10 bytes a constant, blinded */
        insn[i] = I(0xb7, i % 8, 0, 0, 0x12345678 + i);
    insn[count - 1] = EXIT;
    program_load(EXO_CODE_OWNERSHIP, count, "a long line");
    for (uint32_t i = 0; i < count; i++) /* every instruction a head, every constant a threshold */
        insn[i] = I(0x25, 0, 0, i + 2 < count ? 0 : -1, i * 7 + 3);
    insn[0] = I(0xb7, 0, 0, 0, 0);
    insn[count - 1] = EXIT;
    program_load(EXO_CODE_OWNERSHIP, count, "jumps only");
    for (uint32_t i = 0; i < count; i++) /* loops in loops, all registers and spills changing */
        insn[i] = i % 32 == 31  ? I(0x25, i / 32 % 8, 0, -31, i * 13)
                  : i % 4 == 3 ? I(0x7b, 10, i % 8, -8 * (int)(i % 16 + 1), 0)
                                : I(0x07, i % 8, 0, 0, i);
    for (uint32_t i = 0; i < 9; i++)
        insn[i] = I(0xb7, i, 0, 0, i);
    insn[count - 1] = EXIT;
    program_load(EXO_CODE_OWNERSHIP, count, "many loops");
    insn[0] = I(0xb7, 0, 0, 0, 0);
    insn[1] = I(0x07, 0, 0, 0, 1); /* until the fuel is gone */
    insn[2] = I(0x55, 0, 0, -2, 0);
    insn[3] = EXIT;
    program_load(EXO_CODE_OWNERSHIP, 4, "an endless loop");
    expect(exo_frame_free(CAP_ROOT, first, MANY), 0, "the frames go");
}

/* --- Predicates of all positions ------------------------------------------------------------------------ */

static int64_t until_gone(int64_t (*call)(uint32_t, uint64_t), uint32_t slot, uint64_t name)
{
    int64_t result = -EXO_E_AGAIN;

    for (uint32_t i = 0; i < 100000 && (result == -EXO_E_AGAIN || result == -EXO_E_BUSY); i++)
        result = call(slot, name);
    return result;
}

static int64_t code_destroy(uint32_t slot, uint64_t id)
{
    return exo_code_destroy(slot, id);
}

#define LOAD8(d, s, off) I(0x79, d, s, off, 0)
#define ASKED            1000 /* loads of a predicate: about what it may cost */

static uint64_t asked;

static void asker_body(struct child *child)
{
    for (;;) {
        child->step++;
        (void)exo_code_sleep(CAP_ROOT, asked, EXO_FOREVER);
    }
}

/* Two envs that sleep on a long predicate share all positions: the CPU asks it for each before it finds somebody, or nobody. */
static void test_predicates(void)
{
    uint64_t first = large_take(CAP_ROOT), window = frame_new(CAP_ROOT);
    volatile uint64_t *word = page_at(0);
    struct child *child[2];

    for (uint32_t i = 0; i < EXO_CODE_FRAMES_MAX; i++)
        frames[i] = first + i;
    asked = (uint64_t)exo_code_create(CAP_ROOT, 3, frames, EXO_CODE_FRAMES_MAX);
    expect(page_map(0, window, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "a word for a predicate");
    *word = 0;
    expect(exo_code_memory(CAP_ROOT, asked, &window, 1), 0, "in its window");
    insn[0] = LOAD8(2, 1, 0);
    for (uint32_t i = 1; i <= ASKED; i++)
        insn[i] = LOAD8(0, 2, 0);
    insn[ASKED + 1] = EXIT;
    struct exo_code_image image = {
        .type = EXO_CODE_PREDICATE, .insn_count = ASKED + 2, .insns = (uint64_t)insn};
    int64_t result;

    do {
        result = exo_code_load(CAP_ROOT, asked, &image);
    } while (result == -EXO_E_AGAIN);
    expect(result, 0, "a predicate that is as long as it may be");
    for (uint32_t i = 0; i < 2; i++)
        child[i] = child_make(asker_body, &(struct child_options){.slot = CAP_ROOT});
    for (uint32_t p = 2; p < EXO_SLICE_COUNT; p++)
        expect(exo_slice_set(CAP_ROOT, 0, p, child[p % 2]->env), 0, "a position");
    for (uint32_t i = 0; i < 2; i++)
        check(wait_for(&child[i]->step, 1, 20000), "an env sleeps on it");
    for (uint32_t i = 0; i < 8; i++)
        (void)exo_yield();
    for (uint32_t i = 0; i < 4; i++)
        expect(exo_sleep(0, 0, exo_now_ns(machine.page) + 2000000), 0, "until a deadline");
    check(child[0]->step == 1 && child[1]->step == 1, "they sleep on while nobody changes the word");
    *word = 7;
    for (uint32_t i = 0; i < 2; i++) {
        check(wait_for(&child[i]->step, 2, 20000), "it holds: its sleeper goes on");
        child_free(child[i]);
    }
    for (uint32_t p = 2; p < EXO_SLICE_COUNT; p++)
        (void)exo_slice_set(CAP_ROOT, 0, p, 0);
    expect(until_gone(code_destroy, CAP_ROOT, asked), 0, "it goes");
    expect(page_unmap(0), 0, "and its word");
    frame_drop(window);
    expect(exo_frame_free(CAP_ROOT, first, MANY), 0, "the frames go");
}

/* --- The network ---------------------------------------------------------------------------------------- */

static void quiet_body(struct child *child)
{
    child->step = 1;
    child_rest();
}

static void rings_make(uint64_t table, uint64_t env, uint64_t first)
{
    int64_t error = 0;

    for (uint32_t i = 0; i < EXO_NET_ROWS && !error; i++) {
        struct exo_net_ring_config config = {.shared_frame = first + MANY + i * EXO_NET_SHARED_FRAMES,
                                             .buffer_frame = first,
                                             .buffer_count = EXO_NET_RING_FRAMES,
                                             .env = env,
                                             .event = 9};

        error = exo_net_ring(CAP_ROOT, ROW(table, i), &config);
    }
    expect(error, 0, "16 rings of 512 buffers");
}

static int64_t table_destroy(uint32_t slot, uint64_t table)
{
    return exo_net_table_destroy(slot, table);
}

static int64_t row_release(uint32_t slot, uint64_t name)
{
    return exo_net_release(slot, name);
}

/* 1 filter, 15 inside it, 15 inside each of the first three of these: 61 in four tables. */
static void filters_make(const uint64_t *table)
{
    struct exo_net_filter filter = {0};
    uint8_t address[16];
    int64_t error;

    exo_match_kind(&filter, 0x0800);
    exo_match_ipv4(address, (const uint8_t[4]){10, 0, 2, 99});
    exo_match_destination(&filter, address, 128);
    error = exo_net_filter(CAP_ROOT, ROW(table[0], 0), CAP_ROOT, &filter);
    exo_match_protocol(&filter, 17);
    for (uint32_t i = 1; i < EXO_NET_ROWS && !error; i++) {
        filter.parent = (uint32_t)ROW(table[0], 0);
        exo_match_ports(&filter, (uint16_t)(1000 + i), 0xffff);
        error = exo_net_filter(CAP_ROOT, ROW(table[0], i), CAP_ROOT, &filter);
        for (uint32_t k = 0; k < EXO_NET_ROWS && i < 4 && !error; k++) {
            struct exo_net_filter inner = filter;
            uint8_t from[16];

            exo_match_ipv4(from, (const uint8_t[4]){10, 0, 3, (uint8_t)k});
            exo_match_source(&inner, from, 128);
            inner.parent = (uint32_t)ROW(table[0], i);
            error = exo_net_filter(CAP_ROOT, ROW(table[i], k), CAP_ROOT, &inner);
        }
    }
    expect(error, 0, "64 filters");
}

static void test_network(void)
{
    uint64_t first = frames_take(CAP_ROOT, MANY + EXO_NET_ROWS * EXO_NET_SHARED_FRAMES);
    uint64_t table[4];
    struct child *child = child_make(quiet_body, &(struct child_options){.slot = CAP_ROOT});

    for (uint32_t i = 0; i < 4; i++) {
        table[i] = frame_new(SLOT_CHILD);
        expect(exo_net_table_create(SLOT_CHILD, table[i]), 0, "a net table");
    }
    filters_make(table);
    expect(until_gone(row_release, CAP_ROOT, ROW(table[0], 0)), 0, "released with all inside it");
    filters_make(table);
    expect(until_gone(table_destroy, SLOT_CHILD, table[0]), 0, "a table goes with its filters");
    expect(exo_net_table_create(SLOT_CHILD, table[0]), 0, "and is one again");
    if (machine.page->net.features & EXO_NET_CARD_PRESENT) {
        rings_make(table[0], child->env, first);
        expect(until_gone(table_destroy, SLOT_CHILD, table[0]), 0, "a table goes with its rings");
        check(all_are(first, MANY, EXO_FRAME_DATA, 0, 0), "no buffer is pinned");
        expect(exo_net_table_create(SLOT_CHILD, table[0]), 0, "and is one again");
        for (uint32_t i = 0; i < 4; i++)
            expect(exo_net_release(CAP_ROOT, ROW(table[i], 0)), -EXO_E_KIND, "its rows are free");
        rings_make(table[0], child->env, first);
    }
    child_free(child);
    check(all_are(first, MANY, EXO_FRAME_DATA, 0, 0), "16 rings end with their env");
    for (uint32_t i = 0; i < 4; i++) {
        expect(exo_net_table_destroy(SLOT_CHILD, table[i]), 0, "an empty table goes");
        frame_drop(table[i]);
    }
    expect(exo_frame_free(CAP_ROOT, first, MANY), 0, "the buffers go");
    expect(exo_frame_free(CAP_ROOT, first + MANY, EXO_NET_ROWS * EXO_NET_SHARED_FRAMES), 0,
           "the shared frames go");
}

/* --- Revocation and release -------------------------------------------------------------------------- */

static uint64_t saves;

static void saver_body(struct child *child)
{
    struct exo_revoke_plan plan = {.save_first = saves, .save_count = EXO_REPOSSESSED_MAX};

    child->value = (uint64_t)exo_revoke_prepare(SLOT_WORK, &plan);
    child->step = 1;
    child_rest();
}

static void test_taking(void)
{
    uint64_t first = frames_take(SLOT_CHILD, EXO_REPOSSESSED_MAX), place = 0;
    int64_t result;
    struct child *child = child_make(saver_body, &(struct child_options){.slot = CAP_ROOT});

    saves = frames_take(SLOT_CHILD, EXO_REPOSSESSED_MAX);
    expect(page_map(0, first + 63, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "one is mapped");
    memset(page_at(0), 0x6b, EXO_PAGE_SIZE);
    expect(exo_cap_grant(CAP_ROOT, child->env, SLOT_CHILD, SLOT_WORK), 0, "it holds [77]");
    child_run(child, 0);
    check(wait_for(&child->step, 1, 20000), "it has registered places");
    expect((int64_t)child->value, 0, "without error");
    expect(exo_revoke(CAP_ROOT, child->env, EXO_REVOKE_FRAMES, EXO_REPOSSESSED_MAX,
                      exo_now_ns(machine.page) + 50000000),
           0, "asked");
    while (exo_now_ns(machine.page) <= child->upcall->revoke_deadline_ns)
        (void)exo_yield();
    do {
        result = exo_repossess_2(CAP_ROOT, child->env, first, EXO_REPOSSESSED_MAX, place, &place);
    } while (result == -EXO_E_AGAIN);
    expect(result, 0, "64 frames are taken");
    expect((int64_t)child->upcall->repossessed, EXO_REPOSSESSED_MAX, "its vector says so");
    check(all_are(first, EXO_REPOSSESSED_MAX, EXO_FRAME_DATA, 0, 0), "they are the revoker's");
    expect(page_map(0, saves + 63, EXO_PTE_NO_EXECUTE), 0, "the last place is mapped");
    check(((uint8_t *)page_at(0))[4095] == 0x6b, "the contents are there");
    expect(page_unmap(0), 0, "unmapped");
    child_free(child);
    expect(exo_frame_free(CAP_ROOT, first, EXO_REPOSSESSED_MAX), 0, "the frames go");
    expect(exo_frame_free(CAP_ROOT, saves, EXO_REPOSSESSED_MAX), 0, "and the places");
}

/* The end of a domain that has one of everything that is long to end. */
static void test_domain(void)
{
    uint64_t address = WORK_ADDRESS + (2ull << 30), place = 0;
    uint64_t memory = large_take(SLOT_CHILD), code = large_take(SLOT_CHILD);
    uint64_t shared = frames_take(SLOT_CHILD, EXO_NET_ROWS * EXO_NET_SHARED_FRAMES);
    uint64_t table = frame_new(SLOT_CHILD);
    uint64_t low;
    int64_t result;
    struct child *child = child_make(quiet_body, &(struct child_options){.slot = SLOT_CHILD});

    for (uint32_t i = 0; i < EXO_CODE_FRAMES_MAX; i++)
        frames[i] = code + i;
    uint64_t id = (uint64_t)exo_code_create(SLOT_CHILD, 3, frames, EXO_CODE_FRAMES_MAX);

    check((int64_t)id > 0, "a program of 255 frames");
    expect(exo_code_memory(CAP_ROOT, id, &memory, 1), 0, "a window");
    expect(exo_net_table_create(SLOT_CHILD, table), 0, "a net table");
    for (uint32_t i = 0; i < EXO_NET_ROWS && machine.page->net.features & EXO_NET_CARD_PRESENT; i++) {
        struct exo_net_ring_config config = {.shared_frame = shared + i * EXO_NET_SHARED_FRAMES,
                                             .buffer_frame = memory,
                                             .buffer_count = EXO_NET_RING_FRAMES,
                                             .env = machine.env,
                                             .event = 9};

        expect(exo_net_ring(CAP_ROOT, ROW(table, i), &config), 0, "a ring of 512 buffers");
    }
    expect(exo_tables(&machine.space, address, 1 << 21, 2), 0, "a table for large pages");
    low = (*exo_entry(address, 3) & EXO_PTE_FRAME) >> 12;
    expect(exo_map_large(&machine.space, address, memory, 1, EXO_PTE_NO_EXECUTE), 0, "2 MiB");
    do {
        result = exo_cap_destroy_2(SLOT_CHILD, place, 0, &place);
    } while (result == -EXO_E_AGAIN);
    expect(result, 0, "all of it is destroyed");
    check(machine.frames[memory].kind == EXO_FRAME_FREE && machine.frames[code].kind == EXO_FRAME_FREE &&
              machine.frames[shared].kind == EXO_FRAME_FREE && machine.frames[table].kind == EXO_FRAME_FREE,
          "its frames are free");
    expect(*exo_entry(address, 2) & EXO_PTE_PRESENT, 0, "the mapping is gone");
    expect(exo_link(&machine.space, machine.space.root, address, 3, 0), 0, "unlink the table");
    expect(exo_table_destroy(CAP_ROOT, low), 0, "destroy it");
    frame_drop(low);
    (void)exo_unmap(&machine.space, (uint64_t)child->upcall, 1);
    child->env = 0;
}

void test_stretch(void)
{
    test_runs();
    test_large();
    test_programs();
    test_predicates();
    test_network();
    test_taking();
    test_domain();
}
