/* SPDX-License-Identifier: MIT */
/* attack_cap.c - attacks on names: capabilities, tokens, env ids, other domains' objects. */
#include "base/string.h"
#include "tests/abuse/abuse.h"

#define OWN_RIGHTS (EXO_RIGHT_READ | EXO_RIGHT_WRITE | EXO_RIGHT_WX | EXO_RIGHT_GRANT)

/* A01: every slot that it does not hold, and numbers that are none, for a call that would name its own frame. */
static void forge_slots(struct box *box)
{
    uint64_t state = 1;

    for (uint64_t i = 0; i < 4096; i++) {
        uint64_t slot = i < 64 ? i + 1 : noise(&state) | 1;

        refused(box, raw(EXO_CALL_FRAME_FREE, slot, box->own_first, 1, 0, 0, 0),
                "a slot that it does not hold", slot);
        refused(box, raw(EXO_CALL_CAP_DERIVE, slot, SLOT_WORK, 1, 0, 0, 0), "a derived nothing",
                slot);
    }
}

/* A02: ids of envs of other generations, and of frames that are no envs. */
static void stale_envs(struct box *box)
{
    uint64_t frame = box->env[0] & ((1ull << EXO_ENV_FRAME_BITS) - 1);

    for (uint64_t i = 0; i < 2000; i++) {
        uint64_t id = box->env[0] ^ (1ull << EXO_ENV_FRAME_BITS) * (i + 1);

        refused(box, exo_wake(SLOT_OWN, id, 1), "an env of another generation", id);
        refused(box, exo_env_destroy(SLOT_OWN, id), "the end of an env of another generation", id);
        refused(box, exo_wake(SLOT_OWN, i == frame ? i + 1 : i, 1), "a frame number as env", i);
    }
}

/* A03: every set of rights, from every set of rights. */
static void amplify(struct box *box)
{
    for (uint32_t have = 0; have <= EXO_RIGHT_ALL; have++) {
        bool subset = !(have & ~OWN_RIGHTS);
        int64_t result = exo_cap_derive(SLOT_OWN, SLOT_WORK, 0, have);

        box->tries++;
        if ((result == 0) != subset)
            escape(box, "rights that it does not have", have);
        if (result)
            continue;
        for (uint32_t want = 0; want <= EXO_RIGHT_ALL; want++) {
            box->tries++;
            result = exo_cap_derive(SLOT_WORK, SLOT_WORK + 1, 3, want);
            if ((result == 0) != !(want & ~have))
                escape(box, "more rights for a child", (uint64_t)have << 16 | want);
            if (result == 0)
                (void)exo_cap_drop(SLOT_WORK + 1);
        }
        (void)exo_cap_drop(SLOT_WORK);
    }
}

/* A04: another domain's env through every call that names one. */
static void deputy(struct box *box)
{
    const uint64_t envs[] = {box->victim_env, box->host_env};

    for (uint32_t i = 0; i < 2; i++) {
        uint64_t env = envs[i];

        for (uint64_t slot = 0; slot < EXO_CAP_SLOTS; slot++) {
            refused(box, exo_cap_grant(SLOT_OWN, env, SLOT_OWN, (uint32_t)slot),
                    "a capability planted", slot);
            refused(box, exo_cap_revoke(SLOT_OWN, env, (uint32_t)slot), "a capability taken", slot);
        }
        for (uint64_t bit = 32; bit < 64; bit++)
            refused(box, exo_wake(SLOT_OWN, env, 1ull << bit), "an event that is not open", bit);
        refused(box, exo_wake(SLOT_OWN, env, 0), "the end of its sleep", 0);
        refused(box, exo_env_destroy(SLOT_OWN, env), "its end", 0);
        refused(box, exo_yield_to(SLOT_OWN, env), "time given to it", 0);
        refused(box, raw(EXO_CALL_TRANSFER_CALL, SLOT_OWN, env, 0, 0, 0, 0),
                "a call that it does not take", 0);
        refused(box, exo_revoke(SLOT_OWN, env, EXO_REVOKE_FRAMES, 1, EXO_FOREVER), "a revocation",
                0);
        refused(box, exo_repossess(SLOT_OWN, env, box->victim_frame, 1, 0), "a repossession", 0);
        for (uint64_t p = 0; p < EXO_SLICE_COUNT; p++)
            refused(box, exo_slice_set(SLOT_OWN, 0, p, env), "a position for it", p);
    }
}

/* A05: the same thing twice in one call. */
static void twice(struct box *box)
{
    uint64_t frame = box->own_first;
    struct exo_cap before, after;

    refused(box, exo_cap_derive(SLOT_OWN, SLOT_OWN, 0, 0), "a slot derived into itself", 0);
    refused(box, exo_cap_grant(SLOT_OWN, box->env[0], SLOT_OWN, SLOT_OWN),
            "a slot granted into itself", 0);
    (void)exo_cap_read(SLOT_OWN, &before);
    (void)exo_frame_guard(SLOT_OWN, frame, 1, SLOT_OWN, 0);
    (void)exo_cap_read(SLOT_OWN, &after);
    if (memcmp(&before, &after, sizeof before) != 0)
        escape(box, "its capability changed", 0);
    refused(box, exo_table_create(SLOT_OWN, box->own_root, 4), "a table made of a table", 0);
    struct exo_pte self = {.address = (1ull << 39) | 4,
                           .entry = box->own_root << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE};

    refused(box, exo_pt_update(SLOT_OWN, box->own_root, &self, 1), "a root linked into itself", 0);
    struct exo_env_config config = {
        .root = box->own_root, .upcall_frame = frame, .rip = 4096, .rsp = 4096};

    refused(box, exo_env_create(SLOT_OWN, frame, &config), "env and upcall page in one frame", 0);
    config.upcall_frame = box->upcall_frame[0];
    refused(box, exo_env_create(SLOT_OWN, frame, &config), "an upcall page used twice", 0);
    refused(box, exo_env_create(SLOT_OWN, box->env_frame[0], &config), "an env made of an env", 0);
}

/* A06: the second env rewrites the batch during the call. */
static void flip(struct box *box)
{
    struct exo_pte *request = (struct exo_pte *)(box + 1);

    while (!box->done[0]) {
        request->entry = box->own_first << 12 | EXO_PTE_PRESENT;
        request->entry = box->victim_frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE;
    }
}

static void race_check(struct box *box)
{
    struct exo_pte *request = (struct exo_pte *)(box + 1);

    request->address = SCRATCH + 0x5000 + 1;
    request->entry = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        (void)exo_pt_update(SLOT_OWN, box->own_root, request, 1);
        uint64_t entry = *(volatile uint64_t *)(EXO_TABLE_BASE + ((SCRATCH + 0x5000) >> 12) * 8);

        box->tries++;
        if (entry & EXO_PTE_PRESENT && (entry & EXO_PTE_FRAME) >> 12 == box->victim_frame)
            escape(box, "the victim's frame slipped through the check", i);
    }
    (void)map_at(box, SCRATCH + 0x5000, 0);
}

/* A07: tokens changed by a bit, of an old epoch, made up, for more than they were. */
static void forge_tokens(struct box *box)
{
    struct exo_token token, changed;
    uint64_t state = 7;

    if (exo_token_seal(SLOT_OWN, EXO_RIGHT_READ, &token))
        escape(box, "(cannot seal)", 0);
    for (uint32_t bit = 0; bit < sizeof token * 8; bit++) {
        changed = token;
        ((uint8_t *)&changed)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        refused(box, exo_token_open(SLOT_WORK, &changed), "a token with a bit changed", bit);
    }
    for (uint32_t i = 0; i < 2000; i++) {
        changed = (struct exo_token){.rights = EXO_RIGHT_ALL,
                                     .issuer = i & 1 ? box->host_env : box->env[0],
                                     .mac = noise(&state)};
        refused(box, exo_token_open(SLOT_WORK, &changed), "a made-up token for the root", i);
    }
    (void)exo_token_revoke();
    refused(box, exo_token_open(SLOT_WORK, &token), "a token of an old epoch", 0);
    refused(box, exo_token_seal(SLOT_OWN, EXO_RIGHT_ALL, &token), "a token for more", 0);
}

/* A08: destroying what is not its own, from every place. */
static void destroy_others(struct box *box)
{
    uint64_t state = 3;

    for (uint32_t i = 0; i < 3000; i++) {
        uint64_t place = i < 8 ? (uint64_t)i << 60 : noise(&state);

        refused(box, exo_cap_destroy(SLOT_OWN, place, 0), "its own end, while it runs", place);
        refused(box, exo_cap_destroy(SLOT_WORK, place, 0), "an empty slot's", place);
    }
    int64_t result;
    uint64_t place = 0;

    for (uint32_t i = 0; i < 10000; i++) {
        result = exo_cap_destroy_2(SLOT_OWN, place, 0, &place);
        if (result != -EXO_E_AGAIN)
            break;
    }
    if (result != -EXO_E_BUSY)
        escape(box, "its own end, while it runs", (uint64_t)result);
    if (exo_cap_derive(SLOT_OWN, SLOT_WORK, 9, OWN_RIGHTS) == 0) {
        for (uint32_t i = 0; i < 3000; i++) /* its empty child's: nothing to find, from anywhere */
            (void)exo_cap_destroy(SLOT_WORK, i < 8 ? (uint64_t)i << 60 : noise(&state), i & 1);
        (void)exo_cap_drop(SLOT_WORK);
    }
}

/* A09: somebody grants and revokes while it calls: it must never be more than the one or nothing. */
static void flicker_host(struct box *box)
{
    for (uint32_t i = 0; i < 2000; i++) {
        (void)exo_cap_revoke(0, box->env[1], SLOT_WORK);
        (void)exo_cap_grant(0, box->env[1], 1, SLOT_WORK);
    }
}

static void flicker(struct box *box)
{
    struct exo_pte request = {.address = SCRATCH + 0x6000 + 1,
                              .entry = box->victim_frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE};

    while (box->tries < 60000) {
        refused(box, exo_pt_update(SLOT_WORK, box->own_root, &request, 1), "half a capability", 0);
        refused(box, exo_frame_free(SLOT_WORK, box->victim_frame, 1), "half a capability", 1);
    }
}

static void flicker_wait(struct box *box)
{
    while (!box->done[1])
        (void)exo_yield();
}

/* A10: generations at their end are refused, not begun anew. */
static void wear_out(struct box *box)
{
    struct exo_env_config config = {
        .root = box->own_root, .upcall_frame = box->own_first + 1, .rip = 4096, .rsp = 4096};
    uint64_t frame = box->own_first;
    const uint64_t last = (1ull << (63 - EXO_ENV_FRAME_BITS)) - 1;

    if (exo_test(EXO_TEST_GENERATION, frame, last - 3) < 0) {
        box->tries++; /* a release kernel: nobody can wait that long */
        return;
    }
    int64_t first = exo_env_create(SLOT_OWN, frame, &config);

    if (first < 0 || exo_env_destroy(SLOT_OWN, (uint64_t)first))
        escape(box, "(the last generation but one is refused)", (uint64_t)-first);
    int64_t second = exo_env_create(SLOT_OWN, frame, &config);

    if (second == first || (second > 0 && exo_env_destroy(SLOT_OWN, (uint64_t)second)))
        escape(box, "(the last generation cannot be ended)", (uint64_t)second);
    for (uint32_t i = 0; i < 4; i++)
        refused(box, exo_env_create(SLOT_OWN, frame, &config), "a generation used twice", i);
    (void)exo_test(EXO_TEST_GENERATION, frame, 1000); /* others need the frame again */
}

/* A11: limits and free things without the right to take them. */
static void take_free(struct box *box)
{
    for (uint64_t p = 0; p < EXO_SLICE_COUNT; p++)
        for (uint64_t cpu = 0; cpu < EXO_CPU_MAX; cpu++)
            refused(box, exo_slice_set(SLOT_OWN, cpu, p, box->env[0]), "a position", cpu << 8 | p);
    for (uint64_t f = 0; f < box->frame_count; f++)
        refused(box, exo_frame_alloc(SLOT_OWN, f, 1), "a free frame", f);
    refused(box, exo_limit_set(SLOT_OWN, EXO_LIMIT_POSITIONS, 60), "its own limit", 0);
    refused(box, exo_machine_off(SLOT_OWN, 1), "the machine turned off", 0);
    refused(box, exo_console_write(SLOT_OWN, "escape", 6), "the console", 0);
}

/* A12: it may take positions, but others keep some: limit of 6, set by the host. */
static void greedy_host(struct box *box)
{
    if (!box->step)
        box->step = exo_limit_set(1, EXO_LIMIT_POSITIONS, 6) == 0;
}

static void greedy(struct box *box)
{
    uint64_t got = 0;

    while (!box->step)
        (void)exo_yield();
    for (uint64_t cpu = 0; cpu < box->cpu_count; cpu++)
        for (uint64_t p = 0; p < EXO_SLICE_COUNT; p++, box->tries++)
            got += exo_slice_set(SLOT_OWN, cpu, p, box->env[0]) == 0;
    if (got > 6)
        escape(box, "more positions than its limit", got);
    refused(box, exo_limit_set(SLOT_OWN, EXO_LIMIT_POSITIONS, EXO_LIMIT_NONE),
            "the limit lifted by itself", 0);
    for (uint64_t p = 0; p < EXO_SLICE_COUNT; p++)
        refused(box, exo_slice_set(SLOT_OWN, 0, p, box->victim_env), "a position for another", p);
}

/* A13: the same call again, when the slot that it names was emptied, or holds less, since it was found right. */
static void stale_slot(struct box *box)
{
    uint64_t page = (SCRATCH + 0x7000) | 1, entry = box->own_first << 12 | EXO_PTE_PRESENT;

    for (uint64_t i = 0; i < 200; i++) {
        bool array = i % 2;
        struct exo_pte request = {.address = page, .entry = entry | EXO_PTE_WRITE};

        (void)exo_cap_derive(SLOT_OWN, SLOT_WORK, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE);
        if (exo_pt_write(SLOT_WORK, box->own_root, page, entry, 1) != 1)
            escape(box, "(its own page is refused)", i);
        if (exo_space_switch(SLOT_WORK, box->own_root) != 0)
            escape(box, "(its own space is refused)", i);
        (void)exo_cap_drop(SLOT_WORK);
        refused(box, exo_space_switch(SLOT_WORK, box->own_root), "a space by an empty slot", i);
        refused(box, array ? exo_pt_update(SLOT_WORK, box->own_root, &request, 1)
                           : exo_pt_write(SLOT_WORK, box->own_root, page, 0, 1),
                "a slot that is empty now", i);
        (void)exo_cap_derive(SLOT_OWN, SLOT_WORK, 0, EXO_RIGHT_READ);
        refused(box, array ? exo_pt_update(SLOT_WORK, box->own_root, &request, 1)
                           : exo_pt_write(SLOT_WORK, box->own_root, page, request.entry, 1),
                "a right that the slot has no more", i);
        refused(box, exo_space_switch(SLOT_WORK, box->own_root), "a space without the write right", i);
        (void)exo_cap_drop(SLOT_WORK);
    }
    (void)exo_pt_write(SLOT_OWN, box->own_root, page, 0, 1);
}

const struct attack cap_attacks[] = {
    {"A01", "slots that it does not hold", forge_slots, 0, 0, 0, 1, 0},
    {"A02", "envs of other generations", stale_envs, 0, 0, 0, 1, 0},
    {"A03", "more rights", amplify, 0, 0, 0, 1, 0},
    {"A04", "another's env by name", deputy, 0, 0, 0, 1, 0},
    {"A05", "the same thing twice", twice, 0, 0, 0, 1, 0},
    {"A06", "arguments that change during the call", race_check, flip, 0, 0, 2, 0},
    {"A07", "forged tokens", forge_tokens, 0, 0, 0, 1, 0},
    {"A08", "destroying what is not its own", destroy_others, 0, 0, 0, 1, 0},
    {"A09", "a capability that flickers", flicker_wait, flicker, flicker_host, 0, 2, 0},
    {"A10", "generations worn out", wear_out, 0, 0, 0, 1, 0},
    {"A11", "free things without the right", take_free, 0, 0, 0, 1, 0},
    {"A12", "all slice positions", greedy, 0, greedy_host, EXO_RIGHT_TIME, 1, 0},
    {"A13", "a slot that changed since the last call", stale_slot, 0, 0, 0, 1, 0},
};
const uint32_t cap_attack_count = sizeof cap_attacks / sizeof cap_attacks[0];
