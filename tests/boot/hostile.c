/* SPDX-License-Identifier: MIT */
/*
 * hostile.c - arguments that nobody means well with, for every call, made from
 * build/gen/call_cases.h.
 *
 * Each call must refuse with an error that its row documents, and nothing may change: the group's
 * census counts.
 */
#include "lib/exo/string.h"
#include "call_cases.h"
#include "tests/boot/boot.h"

#define TAGGED(number) ((uint64_t)EXO_CALL_TAG << 32 | (number))

/* Malformed values of a type that the decoder must refuse: bit-exact E_ARG. */
static uint32_t malformed(enum call_argument type, uint64_t limit, uint64_t out[6])
{
    switch (type) {
    case CALL_ARGUMENT_SLOT:
        limit = EXO_CAP_SLOTS;
        /* fall through */
    case CALL_ARGUMENT_SMALL:
        memcpy(
            out,
            (uint64_t[]){limit, limit + 1, 1ull << 32, 1ull << 63, UINT64_MAX, limit | 1ull << 40},
            48);
        return 6;
    case CALL_ARGUMENT_COUNT:
        memcpy(out,
               (uint64_t[]){0, limit + 1, 1ull << 32 | 1, 1ull << 63 | 1, UINT64_MAX, 1ull << 48},
               48);
        return 6;
    case CALL_ARGUMENT_FLAGS:
        memcpy(out, (uint64_t[]){limit + 1, 1ull << 31, 1ull << 32, 1ull << 63, UINT64_MAX, ~limit},
               48);
        return 6;
    default:
        return 0;
    }
}

/* Well-formed values whose capability is empty, so that a call that were to go through would do no
 * harm. */
static void harmless(const struct call_case *call, uint64_t argument[6])
{
    for (uint32_t a = 0; a < 6; a++)
        argument[a] = 0;
    for (uint32_t a = 0; a < call->argument_count; a++) {
        if (call->argument[a].type == CALL_ARGUMENT_SLOT)
            argument[a] = SLOT_EMPTY;
        if (call->argument[a].type == CALL_ARGUMENT_COUNT)
            argument[a] = 1;
    }
}

static void test_malformed(void)
{
    for (uint32_t c = 0; c < CALL_CASE_COUNT; c++) {
        const struct call_case *call = &call_cases[c];
        uint32_t wrong = 0;
        uint32_t tried = 0;

        for (uint32_t a = 0; a < call->argument_count; a++) {
            uint64_t values[6];
            uint32_t count = malformed(call->argument[a].type, call->argument[a].limit, values);

            for (uint32_t v = 0; v < count; v++) {
                uint64_t argument[6];
                uint64_t second;

                harmless(call, argument);
                argument[a] = values[v];
                int64_t got = raw_call(TAGGED(call->number), argument, &second);

                tried++;
                if (got != -EXO_E_ARG) {
                    wrong++;
                    note("%s: %s = %lx gave %ld", call->name, call->argument[a].name,
                         (unsigned long)values[v], (long)got);
                }
            }
        }
        if (tried)
            check(!wrong, "%s refuses %u malformed arguments", call->name, tried);
    }
}

/* --- Addresses
 * -------------------------------------------------------------------------------------------- */

static uint64_t read_only_page,
    edge_page; /* pages 10 (read-only) and 12 (the next is not mapped) */

static uint32_t bad_addresses(bool written, uint64_t bytes, uint64_t out[10])
{
    uint32_t n = 0;

    out[n++] = 0;
    out[n++] = 8;
    out[n++] = EXO_USER_END;
    out[n++] = EXO_USER_END - bytes + 1;
    out[n++] = 0x0000800000000000;
    out[n++] = 0xffff800000000000;
    out[n++] = 0xffffffff80000000;
    out[n++] = UINT64_MAX - 7;
    if (bytes > 1)
        out[n++] = (uint64_t)page_at(13) - bytes + 1; /* begins on the edge page, ends behind it */
    if (written)
        out[n++] = (uint64_t)page_at(10);
    return n;
}

static uint64_t program; /* container for the code_ calls */

/* Arguments with which the call would succeed but for the address. */
static bool good_arguments(const char *name, uint64_t frame, uint64_t argument[6])
{
    static const struct {
        const char *name;
        uint64_t argument[6];
    } good[] = {
        {"console_write", {CAP_ROOT, 0, 1}},
        {"cap_read", {CAP_ROOT, 0}},
        {"row_read", {CAP_ROOT, EXO_ROW_FRAME, 1, 0}},
        {"pt_update", {CAP_ROOT, 0, 0, 1}},
        {"dma_update", {CAP_ROOT, 0, 0, 1}}, /* the batch is read before the root is looked at */
        {"env_create", {CAP_ROOT, 0, 0}},
        {"sleep", {0, 1, 0}},
        {"code_create", {CAP_ROOT, 1, 0, EXO_CODE_FRAMES_MIN}},
        {"code_memory", {CAP_ROOT, 0, 0, 1}},
        {"code_load", {CAP_ROOT, 0, 0}},
        {"code_read", {CAP_ROOT, 0, 0}},
        {"code_test", {CAP_ROOT, 0, 0}},
        {"token_seal", {CAP_ROOT, 0, 0}},
        {"token_open", {SLOT_WORK, 0}},
        {"revoke_prepare", {CAP_ROOT, 0}},
        {"net_ring", {CAP_ROOT, 0, 0}},
        {"net_filter", {CAP_ROOT, 0, CAP_ROOT, 0}},
    };

    for (uint32_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (strcmp(good[i].name, name) != 0)
            continue;
        memcpy(argument, good[i].argument, sizeof good[i].argument);
        if (!strcmp(name, "pt_update"))
            argument[1] = machine.space.root;
        if (!strncmp(name, "code_", 5) && strcmp(name, "code_create") != 0)
            argument[1] = program;
        if (!strcmp(name, "env_create"))
            argument[1] = frame;
        return true;
    }
    return false;
}

static uint64_t touched_bytes(const struct call_case *call, uint32_t a)
{
    return call->argument[a].type == CALL_ARGUMENT_ADDRESS ? sizeof(struct exo_sleep_word)
                                                           : call->argument[a].limit;
}

static void test_addresses(void)
{
    uint64_t frame = frame_new(CAP_ROOT);

    program = code_container(CAP_ROOT, 0, EXO_CODE_FRAMES_MIN);
    for (uint32_t c = 0; c < CALL_CASE_COUNT; c++) {
        const struct call_case *call = &call_cases[c];
        uint32_t wrong = 0;
        uint32_t tried = 0;

        for (uint32_t a = 0; a < call->argument_count; a++) {
            enum call_argument type = call->argument[a].type;
            uint64_t argument[6];
            uint64_t values[10];

            if (type != CALL_ARGUMENT_IN && type != CALL_ARGUMENT_OUT &&
                type != CALL_ARGUMENT_BATCH && type != CALL_ARGUMENT_ADDRESS)
                continue;
            if (!good_arguments(call->name, frame, argument)) {
                check(false, "%s: the tests know no good arguments for it", call->name);
                continue;
            }
            uint32_t count =
                bad_addresses(type == CALL_ARGUMENT_OUT, touched_bytes(call, a), values);

            for (uint32_t v = 0; v < count; v++) {
                uint64_t second;

                argument[a] = values[v];
                int64_t got = raw_call(TAGGED(call->number), argument, &second);

                tried++;
                if (got != -EXO_E_FAULT) {
                    wrong++;
                    note("%s: %s at %lx gave %ld", call->name, call->argument[a].name,
                         (unsigned long)values[v], (long)got);
                }
            }
        }
        if (tried)
            check(!wrong, "%s refuses %u bad addresses", call->name, tried);
    }
    code_container_drop(program, EXO_CODE_FRAMES_MIN);
    frame_drop(frame);
}

/* --- Numbers that name nothing
 * ------------------------------------------------------------------------------ */

static void test_names(void)
{
    static const uint64_t numbers[] = {1ull << 28, 1ull << 32, 1ull << 52,
                                       1ull << 63, UINT64_MAX, UINT64_MAX >> 12};

    for (uint32_t c = 0; c < CALL_CASE_COUNT; c++) {
        const struct call_case *call = &call_cases[c];
        uint32_t wrong = 0;
        uint32_t tried = 0;

        for (uint32_t a = 0; a < call->argument_count; a++) {
            if (call->argument[a].type != CALL_ARGUMENT_FRAME &&
                call->argument[a].type != CALL_ARGUMENT_ENV)
                continue;
            for (uint32_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++) {
                struct exo_env_config config = {.root = machine.space.root};
                uint64_t argument[6];
                uint64_t second;

                harmless(call, argument);
                for (uint32_t s = 0; s < call->argument_count; s++) {
                    if (call->argument[s].type == CALL_ARGUMENT_SLOT)
                        argument[s] = CAP_ROOT;
                    if (call->argument[s].type == CALL_ARGUMENT_IN ||
                        call->argument[s].type == CALL_ARGUMENT_BATCH)
                        argument[s] = (uint64_t)&config;
                }
                argument[a] = numbers[n];
                int64_t got = raw_call(TAGGED(call->number), argument, &second);

                tried++;
                if (got >= 0 || !(1u << -got & (call->errors | 1u << EXO_E_ARG))) {
                    wrong++;
                    note("%s: %s = %lx gave %ld", call->name, call->argument[a].name,
                         (unsigned long)numbers[n], (long)got);
                }
            }
        }
        if (tried)
            check(!wrong, "%s refuses %u names of nothing", call->name, tried);
    }
}

/* --- Chance
 * -------------------------------------------------------------------------------------------------
 */

static uint64_t chance_state = 0x9e3779b97f4a7c15;

static uint64_t chance(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return chance_state;
}

static uint64_t chance_value(void)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     7,
                                     63,
                                     64,
                                     255,
                                     4095,
                                     4096,
                                     1ull << 31,
                                     1ull << 32,
                                     EXO_USER_END,
                                     0xffffffff80000000,
                                     0xffffff0000000000,
                                     UINT64_MAX,
                                     UINT64_MAX - 4095};

    switch (chance() % 4) {
    case 0:
        return edges[chance() % (sizeof edges / sizeof edges[0])];
    case 1:
        return chance() % machine.page->frame_count;
    case 2:
        return (uint64_t)page_at(11) + chance() % 4096;
    default:
        return chance() >> chance() % 64;
    }
}

/*
 * 20,000 calls by somebody who holds only [77] without rights, a reader's root, and empty slots.
 * Calls that would give the processor away for good or drop the slots are left out.
 */
static void test_chance(void)
{
    static const uint32_t slots[] = {SLOT_NOTHING, SLOT_NOTHING, SLOT_EMPTY, 14, 16, 99};
    uint32_t undocumented = 0;
    uint32_t successes = 0;

    for (uint32_t i = 0; i < 20000; i++) {
        const struct call_case *call = &call_cases[chance() % CALL_CASE_COUNT];
        uint64_t argument[6];
        uint64_t second;

        if (!strcmp(call->name, "cap_drop") || !strcmp(call->name, "cap_derive") ||
            !strcmp(call->name, "sleep") || !strcmp(call->name, "alarm_set") ||
            !strcmp(call->name, "yield") || !strcmp(call->name, "test"))
            continue;
        for (uint32_t a = 0; a < 6; a++)
            argument[a] = chance_value();
        for (uint32_t a = 0; a < call->argument_count; a++)
            if (call->argument[a].type == CALL_ARGUMENT_SLOT)
                argument[a] = slots[chance() % (sizeof slots / sizeof slots[0])];
        int64_t got = raw_call(TAGGED(call->number), argument, &second);

        successes += got >= 0;
        if (got < 0 && !(1u << -got & (call->errors | 1u << EXO_E_ARG))) {
            if (undocumented++ < 5)
                note("%s gave %ld, which its row does not name", call->name, (long)got);
        }
    }
    expect(undocumented, 0, "20000 calls by chance give documented errors");
    note("%u of them succeeded (null, cap_read)", successes);
}

void test_hostile(void)
{
    read_only_page = frame_new(CAP_ROOT);
    edge_page = frame_new(CAP_ROOT);
    expect(page_map(10, read_only_page, EXO_PTE_NO_EXECUTE), 0, "a read-only page");
    expect(page_map(11, edge_page, EXO_PTE_NO_EXECUTE | EXO_PTE_WRITE), 0, "a page");
    expect(page_map(12, edge_page, EXO_PTE_NO_EXECUTE | EXO_PTE_WRITE), 0, "a page before a hole");
    test_malformed();
    test_addresses();
    test_names();
    test_chance();
    expect(page_unmap(10), 0, "unmap");
    expect(page_unmap(11), 0, "unmap");
    expect(page_unmap(12), 0, "unmap");
    frame_drop(read_only_page);
    frame_drop(edge_page);
}
