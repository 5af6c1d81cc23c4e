/* SPDX-License-Identifier: MIT */
/* chance.c - calls by chance, from the call table's grammar; and what a refused call leaves behind: nothing. */
#include "base/string.h"
#include "tests/abuse/abuse.h"

static uint64_t now(const struct box *box)
{
    return exo_now_ns((const struct exo_machine *)box->machine_address);
}

/* An argument of the right kind, or of the wrong one. */
uint64_t chance_argument(struct box *box, const struct call_case *call, uint32_t a, uint64_t *state)
{
    const uint64_t frames[] = {box->own_first + noise(state) % OWN_FRAMES,
                               box->victim_frame,
                               box->own_root,
                               box->own_level1,
                               box->kernel_frame,
                               box->env_frame[0],
                               noise(state) % box->frame_count};
    const uint64_t addresses[] = {SCRATCH, SCRATCH + 0xff8,  ATTACKER_BASE + 0x4000,
                                  0,       EXO_USER_END - 8, 0xffffffff80100000};
    uint64_t pick = noise(state);

    if (pick % 16 == 0)
        return noise(state) >> noise(state) % 64;
    switch (call->argument[a].type) {
    case CALL_ARGUMENT_SLOT:
        return pick >> 8 & 7;
    case CALL_ARGUMENT_FRAME:
        return frames[(pick >> 8) % 7];
    case CALL_ARGUMENT_ENV:
        return pick & 256 ? box->victim_env : pick & 512 ? box->env[1] : box->host_env;
    case CALL_ARGUMENT_SMALL:
    case CALL_ARGUMENT_COUNT:
        return call->argument[a].limit ? (pick >> 8) % (call->argument[a].limit + 1) : 0;
    case CALL_ARGUMENT_FLAGS:
        return pick >> 8 & call->argument[a].limit;
    case CALL_ARGUMENT_IN:
    case CALL_ARGUMENT_OUT:
    case CALL_ARGUMENT_BATCH:
    case CALL_ARGUMENT_ADDRESS:
        return addresses[(pick >> 8) % 6];
    default:
        return pick & 256 ? now(box) : pick >> 32;
    }
}

/* The page that batches and structs are read from: things that look like entries and configurations. */
static void chance_page(struct box *box, uint64_t *state)
{
    uint64_t *page = (uint64_t *)SCRATCH;

    for (uint32_t i = 0; i < 64; i++)
        switch (noise(state) % 4) {
        case 0:
            page[i] = (SCRATCH + 0x10000 + noise(state) % 64 * 4096) | 1;
            break;
        case 1:
            page[i] = (box->own_first + noise(state) % OWN_FRAMES) << 12 | (noise(state) & 7) | 1;
            break;
        case 2:
            page[i] = box->own_first + noise(state) % OWN_FRAMES;
            break;
        default:
            page[i] = noise(state) >> noise(state) % 64;
        }
}

const struct call_case *chance_call(struct box *box, uint64_t *state, uint64_t *argument)
{
    const struct call_case *call;

    do
        call = &call_cases[noise(state) % CALL_CASE_COUNT];
    while (call->number == EXO_CALL_TEST);
    if (noise(state) % 4 == 0)
        chance_page(box, state);
    for (uint32_t a = 0; a < 6; a++)
        argument[a] = a < call->argument_count ? chance_argument(box, call, a, state) : 0;
    return call;
}

/* --- H02 ------------------------------------------------------------------------------------------------- */

#define PLACES_MAX  64  /* more takings than any call does */
#define STEP_CHANCE 100 /* of box->step: the second env works */

/* A call that takes something, with all that it needs; and what makes it undone. */
struct taker {
    const char *name;
    int64_t (*take)(struct box *box);
    void (*undo)(struct box *box);
    bool steps; /* several calls, of which it says itself which one is watched */
};

static uint64_t *list(void)
{
    return (uint64_t *)SCRATCH;
}

static int64_t take_table(struct box *box)
{
    return exo_table_create(SLOT_OWN, box->own_first, 1);
}

static void undo_table(struct box *box)
{
    (void)exo_table_destroy(SLOT_OWN, box->own_first);
}

static int64_t take_entries(struct box *box)
{
    struct exo_pte *entry = (struct exo_pte *)SCRATCH;

    entry[0] = (struct exo_pte){.address = (SCRATCH + 0x3000) | 1,
                                .entry = (box->own_first + 1) << 12 | EXO_PTE_PRESENT};
    return exo_pt_update(SLOT_OWN, box->own_root, entry, 1);
}

static void undo_entries(struct box *box)
{
    (void)map_at(box, SCRATCH + 0x3000, 0);
}

static int64_t take_env(struct box *box)
{
    struct exo_env_config *config = (struct exo_env_config *)SCRATCH;

    *config = (struct exo_env_config){.root = box->own_root, .upcall_frame = box->own_first + 3};
    int64_t id = exo_env_create(SLOT_OWN, box->own_first + 2, config);

    box->where = id < 0 ? 0 : (uint64_t)id;
    return id;
}

static void undo_env(struct box *box)
{
    (void)exo_env_destroy(SLOT_OWN, box->where);
}

static int64_t take_net_table(struct box *box)
{
    return exo_net_table_create(SLOT_OWN, box->own_first + 4);
}

static void undo_net_table(struct box *box)
{
    (void)exo_net_table_destroy(SLOT_OWN, box->own_first + 4);
}

static int64_t take_program(struct box *box)
{
    for (uint64_t i = 0; i < 9; i++)
        list()[i] = box->own_first + 8 + i;
    int64_t id = exo_code_create(SLOT_OWN, 300, list(), 9);

    box->where = id < 0 ? 0 : (uint64_t)id;
    return id;
}

static void undo_program(struct box *box)
{
    (void)exo_code_destroy(SLOT_OWN, box->where);
}

static int64_t take_memory(struct box *box)
{
    if (take_program(box) < 0)
        return -EXO_E_CALL;
    for (uint64_t i = 0; i < 4; i++)
        list()[i] = box->own_first + 20 + i;
    (void)exo_test(EXO_TEST_WATCH, 0, box->step);
    return exo_code_memory(SLOT_OWN, box->where, list(), 4);
}

static int64_t take_code(struct box *box)
{
    struct exo_code_image *image = (struct exo_code_image *)(SCRATCH + 0x100);

    if (take_program(box) < 0)
        return -EXO_E_CALL;
    list()[0] = 0xb7; /* r0 = 0 */
    list()[1] = 0x95; /* exit */
    *image = (struct exo_code_image){.type = EXO_CODE_PREDICATE, .insn_count = 2, .insns = SCRATCH};
    (void)exo_test(EXO_TEST_WATCH, 0, box->step);
    return exo_code_load(SLOT_OWN, box->where, image);
}

static int64_t take_token(struct box *box)
{
    (void)box;
    return exo_token_seal(SLOT_OWN, EXO_RIGHT_READ, (struct exo_token *)SCRATCH);
}

static int64_t take_sealed(struct box *box)
{
    if (exo_token_seal(SLOT_OWN, EXO_RIGHT_READ, (struct exo_token *)SCRATCH) < 0)
        return -EXO_E_CALL;
    (void)exo_test(EXO_TEST_WATCH, 0, box->step);
    return exo_token_open(SLOT_WORK, (struct exo_token *)SCRATCH);
}

static void undo_slot(struct box *box)
{
    (void)box;
    (void)exo_cap_drop(SLOT_WORK);
}

static int64_t take_cap(struct box *box)
{
    (void)box;
    return exo_cap_read(SLOT_OWN, (struct exo_cap *)SCRATCH);
}

static int64_t take_plan(struct box *box)
{
    struct exo_revoke_plan *plan = (struct exo_revoke_plan *)SCRATCH;

    memset(plan, 0, sizeof *plan);
    plan->guaranteed_count = 2;
    plan->guaranteed[0] = box->own_first + 5;
    plan->guaranteed[1] = box->own_first + 6;
    return exo_revoke_prepare(SLOT_OWN, plan);
}

static void undo_plan(struct box *box)
{
    (void)box;
    memset((void *)SCRATCH, 0, sizeof(struct exo_revoke_plan));
    (void)exo_revoke_prepare(SLOT_OWN, (struct exo_revoke_plan *)SCRATCH);
}

static int64_t take_position(struct box *box)
{
    return exo_slice_set(SLOT_OWN, 0, 40, box->env[0]);
}

static void undo_position(struct box *box)
{
    (void)box;
    (void)exo_slice_set(SLOT_OWN, 0, 40, 0);
}

static int64_t take_frames(struct box *box)
{
    uint64_t first = box->own_first + 30; /* free now: given back before */

    return exo_frame_alloc(SLOT_OWN, first, 2);
}

static int64_t take_sleep(struct box *box)
{
    struct exo_sleep_word *word = (struct exo_sleep_word *)SCRATCH;

    word[0] = (struct exo_sleep_word){.address = SCRATCH + 0x800, .value = 1};
    (void)box;
    return exo_sleep((uint64_t)word, 1, 1);
}

static void undo_nothing(struct box *box)
{
    (void)box;
}

static void undo_frames(struct box *box)
{
    (void)exo_frame_free(SLOT_OWN, box->own_first + 30, 2);
}

static const struct taker takers[] = {
    {"table_create", take_table, undo_table, false},
    {"pt_update", take_entries, undo_entries, false},
    {"env_create", take_env, undo_env, false},
    {"net_table_create", take_net_table, undo_net_table, false},
    {"code_create", take_program, undo_program, false},
    {"code_memory", take_memory, undo_program, true},
    {"code_load", take_code, undo_program, true},
    {"token_seal", take_token, undo_nothing, false},
    {"token_open", take_sealed, undo_slot, true},
    {"cap_read", take_cap, undo_nothing, false},
    {"revoke_prepare", take_plan, undo_plan, false},
    {"slice_set", take_position, undo_position, false},
    {"frame_alloc", take_frames, undo_frames, false},
    {"sleep", take_sleep, undo_nothing, false},
};

/* Fails the first, the second, ... taking of one call, until it gets through untouched. */
static void fail_each(struct box *box, const struct taker *taker)
{
    uint64_t places;

    for (box->step = 1; box->step < PLACES_MAX; box->step++) {
        if (!taker->steps)
            (void)exo_test(EXO_TEST_WATCH, 0, box->step);
        int64_t got = taker->take(box);
        int64_t seen = exo_test_2(EXO_TEST_WATCHED, 0, 0, &places);

        box->tries++;
        if (got < 0 && seen & EXO_TEST_DIFFERS)
            escape(box, taker->name, box->step);
        if (got == -EXO_E_CALL || (got < 0 && !(seen & EXO_TEST_HIT)))
            escape(box, "a call that should work", (uint64_t)-got);
        taker->undo(box);
        if (!(seen & EXO_TEST_HIT))
            return;
    }
    escape(box, "a call without end", 0);
}

/* Of a call that stops at the first thing that it refuses, what came before counts; a program that is refused is told why. */
static bool is_partial(const struct call_case *call, int64_t got)
{
    return call->number == EXO_CALL_PT_UPDATE || got == -EXO_E_AGAIN || got == -EXO_E_CODE;
}

/* Calls by chance, of which some takings fail: the refused ones are looked at. */
void failures_second(struct box *box)
{
    uint64_t state = box->seed, places, argument[6];

    while (box->step != STEP_CHANCE)
        (void)exo_yield();
    for (;;) {
        const struct call_case *call = chance_call(box, &state, argument);

        if (call->number >= EXO_CALL_SWITCH_FIRST || call->number == EXO_CALL_CODE_TEST)
            continue;
        (void)exo_test(EXO_TEST_WATCH, 0, noise(&state) % 3);
        int64_t got = raw(call->number, argument[0], argument[1], argument[2], argument[3],
                          argument[4], argument[5]);
        int64_t seen = exo_test_2(EXO_TEST_WATCHED, 0, 0, &places);

        box->tries++;
        if (got < 0 && seen & EXO_TEST_DIFFERS && !is_partial(call, got))
            escape(box, call->name, (uint64_t)-got);
    }
}

/* An env that has broken itself is made anew with the next seed. */
void failures_host(struct box *box)
{
    uint64_t seen = box->tries, deadline = host_now() + 200000000;

    while (box->step == STEP_CHANCE && box->tries == seen && host_now() < deadline)
        (void)exo_yield();
    if (box->step != STEP_CHANCE || box->tries != seen)
        return;
    box->seed = box->seed * 0x9e3779b97f4a7c15 + 1;
    host_kill_and_remake(1);
}

/* H02: what fails in a call, and what is refused, leaves the kernel's state as it was. */
void failures(struct box *box)
{
    if (exo_test(EXO_TEST_WATCHED, 0, 0) < 0) {
        box->tries++; /* a release kernel: it cannot be looked at */
        return;
    }
    undo_frames(box);
    for (uint32_t i = 0; i < sizeof takers / sizeof takers[0]; i++)
        fail_each(box, &takers[i]);
    if (box->cpu_count > 1)
        return; /* what is done elsewhere meanwhile would be taken for the call's */
    uint64_t end = box->tries + box->calls;

    box->step = STEP_CHANCE;
    while (box->tries < end)
        (void)exo_yield();
    box->step = 0;
}
