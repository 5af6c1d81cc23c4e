/* SPDX-License-Identifier: MIT */
/* release.c - boot tests of cap_destroy, tokens, limits. */
#include "base/string.h"
#include "tests/boot/boot.h"

/* Calls cap_destroy until it is through; its last result. */
static int64_t destroy(uint32_t slot, uint32_t *steps)
{
    uint64_t place = 0;
    int64_t result;

    *steps = 0;
    do {
        result = exo_cap_destroy_2(slot, place, 0, &place);
    } while (result == -EXO_E_AGAIN && ++*steps < 100000);
    return result;
}

static void spin_body(struct child *child)
{
    for (;;)
        child->step++;
}

static void sleep_body(struct child *child)
{
    struct exo_sleep_word word = {.address = child->resume, .value = 0};

    child->step = 1;
    (void)exo_sleep((uint64_t)&word, 1, EXO_FOREVER);
    child->step = 2;
    child_rest();
}

/* Frames of the domain [77] that exist. */
static uint64_t count_owned(uint64_t guard)
{
    uint64_t count = 0;

    for (uint64_t f = 0; f < machine.page->frame_count; f++)
        count += machine.frames[f].kind != EXO_FRAME_FREE && machine.frames[f].guard_depth &&
                 (machine.frames[f].guard[0] & 0xffff) == guard;
    return count;
}

static void child_forget(struct child *child)
{
    (void)exo_unmap(&machine.space, (uint64_t)child->upcall, 1);
    child->env = 0;
}

/*
 * A domain with an env that runs, a table linked into a foreign space, frames mapped by others, a position, a foreign env
 * that sleeps on its memory, and capabilities for it elsewhere.
 */
static void test_whole_domain(uint32_t cpu)
{
    uint64_t address = WORK_ADDRESS + (4ull << 30);
    struct child *inside = child_make(spin_body, &(struct child_options){.slot = SLOT_CHILD});
    struct child *outside = child_make(sleep_body, &(struct child_options){.slot = CAP_ROOT});
    uint64_t data = frame_new(SLOT_CHILD), table = frame_new(SLOT_CHILD),
             below = frame_new(SLOT_CHILD);
    uint64_t free_before, place = 0;
    uint32_t steps;
    struct exo_cap cap;

    expect(exo_table_create(CAP_ROOT, table, 3), 0, "a table of its own");
    expect(exo_table_create(CAP_ROOT, below, 2), 0, "one more");
    expect(exo_link(&machine.space, machine.space.root, WORK_ADDRESS + (1ull << 39), 4, table), 0,
           "linked into a foreign space");
    expect(exo_link(&machine.space, machine.space.root, WORK_ADDRESS + (1ull << 39), 3, below), 0,
           "and into each other");
    expect(page_map(3, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "its data mapped elsewhere");
    *(volatile uint32_t *)page_at(3) = 0;
    outside->resume = (uint64_t)page_at(3);
    (void)address;
    expect(exo_cap_grant(CAP_ROOT, outside->env, SLOT_CHILD, 7), 0, "somebody else holds [77]");
    expect(exo_slice_set(SLOT_CHILD, cpu, 40, inside->env), -EXO_E_CAP,
           "the env is under the root's guard");
    child_run(inside, cpu);
    child_run(outside, 0);
    check(wait_for(&inside->step, 1, 2000) && wait_for(&outside->step, 1, 2000), "both run");
    for (int i = 0; i < 3; i++)
        (void)exo_yield();
    check(machine.frames[data].references >= 2, "a sleep pins the data");
    free_before = count_owned(77);
    check(free_before >= 5, "the domain has %lu frames", (unsigned long)free_before);
    expect(exo_cap_destroy_2(SLOT_CHILD, 7ull << 60, 0, &place), -EXO_E_ARG, "no such phase");
    expect(exo_cap_destroy_2(SLOT_CHILD, 1ull << 50, 0, &place), -EXO_E_ARG, "no such place");
    expect(exo_cap_destroy(SLOT_NOTHING, 0, 0), -EXO_E_RIGHT, "without the write right");
    expect(exo_cap_destroy(CAP_ROOT, 0, 0), -EXO_E_BUSY, "oneself");
    expect(destroy(SLOT_CHILD, &steps), 0, "it is destroyed");
    check(steps > 0, "in %u bounded steps", steps + 1);
    expect((int64_t)count_owned(77), 0, "nothing of it is left");
    expect(exo_env_destroy(CAP_ROOT, inside->env), -EXO_E_NONE, "its env is gone");
    check(!(*exo_entry((uint64_t)page_at(3), 1) & EXO_PTE_PRESENT), "its data is mapped nowhere");
    check(!(*exo_entry(WORK_ADDRESS + (1ull << 39), 4) & EXO_PTE_PRESENT),
          "its table is linked nowhere");
    check(wait_for(&outside->step, 2, 2000), "the sleeper woke");
    expect(exo_cap_revoke(CAP_ROOT, outside->env, 7), -EXO_E_CAP, "the other's capability is gone");
    expect(exo_cap_read(SLOT_CHILD, &cap), 0, "the caller's stays");
    check(cap.present && cap.path[0] == 77, "for a new [77]");
    child_forget(inside);
    for (uint32_t c = 0; c < machine.page->cpu_count; c++)
        (void)exo_slice_set(CAP_ROOT, c, 2 + inside->number, 0);
    child_free(outside);
}

/* Destroyed, but what was in its frames is kept. */
static void test_keep(void)
{
    uint64_t data = frame_new(SLOT_CHILD), table = frame_new(SLOT_CHILD), place = 0;
    int64_t result;

    expect(exo_table_create(CAP_ROOT, table, 1), 0, "a table of [77]");
    expect(page_map(3, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "data of [77], mapped");
    *(volatile uint32_t *)page_at(3) = 0x1234;
    do
        result = exo_cap_destroy_2(SLOT_CHILD, place, 1, &place);
    while (result == -EXO_E_AGAIN);
    expect(result, 0, "destroyed");
    check(!(*exo_entry((uint64_t)page_at(3), 1) & EXO_PTE_PRESENT), "nothing maps it");
    check(machine.frames[data].kind == EXO_FRAME_DATA && machine.frames[data].guard_depth == 1,
          "the data is still [77]'s");
    expect(machine.frames[table].kind, EXO_FRAME_DATA, "the table is data");
    expect(exo_frame_guard(CAP_ROOT, data, 1, CAP_ROOT, 0), 0, "it can be handed on");
    expect(page_map(3, data, EXO_PTE_NO_EXECUTE), 0, "and looked at");
    expect(*(volatile uint32_t *)page_at(3), 0x1234, "its contents are there");
    expect(page_unmap(3), 0, "unmap it");
    frame_drop(data);
    frame_drop(table);
}

void test_destroy(void)
{
    test_keep();
    uint32_t steps;

    expect(destroy(SLOT_OTHER, &steps), 0, "an empty subtree");
    test_whole_domain(0);
    if (machine.page->cpu_count > 1)
        test_whole_domain(1);
}

/* --- Tokens --------------------------------------------------------------------------------------- */

static bool opens(const struct exo_token *token)
{
    int64_t result = exo_token_open(SLOT_WORK, token);

    if (result == 0)
        (void)exo_cap_drop(SLOT_WORK);
    return result == 0;
}

void test_tokens(void)
{
    struct exo_token token, changed;
    struct exo_cap cap;
    uint32_t accepted = 0;

    expect(exo_token_seal(SLOT_READER, 0, &token), -EXO_E_RIGHT, "seal without the grant right");
    expect(exo_token_seal(SLOT_EMPTY, 0, &token), -EXO_E_CAP, "seal nothing");
    expect(exo_token_seal(SLOT_CHILD, EXO_RIGHT_READ | EXO_RIGHT_GRANT, &token), 0, "seal [77]");
    expect(exo_token_open(SLOT_CHILD, &token), -EXO_E_EXISTS, "open into a taken slot");
    expect(exo_token_open(SLOT_WORK, &token), 0, "open it");
    expect(exo_cap_read(SLOT_WORK, &cap), 0, "read it");
    check(cap.depth == 1 && cap.path[0] == 77 && cap.rights == (EXO_RIGHT_READ | EXO_RIGHT_GRANT),
          "it is [77] with two rights");
    expect(exo_cap_drop(SLOT_WORK), 0, "drop it");
    for (uint32_t bit = 0; bit < sizeof token * 8; bit++) {
        changed = token;
        ((uint8_t *)&changed)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        accepted += opens(&changed);
    }
    expect(accepted, 0, "of %lu tokens with one bit changed, none opens", sizeof token * 8);
    check(opens(&token), "the right one still does");
    expect(exo_token_revoke(), 0, "a new epoch");
    check(!opens(&token), "it is worth nothing now");
    expect(exo_token_seal(SLOT_CHILD, EXO_RIGHT_READ, &token), 0, "seal again");
    check(opens(&token), "that one opens");
    uint64_t place = 0;

    while (exo_cap_destroy_2(SLOT_CHILD, place, 0, &place) == -EXO_E_AGAIN)
        ;
    check(!opens(&token), "destroying the subtree ends its tokens");
}

/* --- Limits --------------------------------------------------------------------------------------- */

static void rest_body(struct child *child)
{
    child->step = 1;
}

void test_limits(void)
{
    struct child *child = child_make(rest_body, &(struct child_options){.slot = CAP_ROOT});
    uint32_t rows = 0;

    expect(exo_limit_set(SLOT_NOTHING, EXO_LIMIT_POSITIONS, 1), -EXO_E_RIGHT,
           "limit without the right");
    expect(exo_limit_set(CAP_ROOT, EXO_LIMIT_POSITIONS, 1), -EXO_E_CAP, "nobody limits itself");
    expect(exo_cap_derive(SLOT_CHILD, SLOT_WORK, 5, EXO_RIGHT_ALL), 0, "[77,5]");
    expect(exo_limit_set(SLOT_CHILD, EXO_LIMIT_POSITIONS, 2), 0, "[77] may hold two positions");
    expect(exo_slice_set(SLOT_CHILD, 0, 50, child->env), -EXO_E_CAP, "an env that is not its own");
    child_free(child);
    uint64_t root = frame_new(SLOT_CHILD), frame = frame_new(SLOT_CHILD),
             upcall = frame_new(SLOT_CHILD);
    struct exo_env_config config = {.root = root, .upcall_frame = upcall, .rip = 4096, .rsp = 4096};

    expect(exo_table_create(SLOT_CHILD, root, 4), 0, "a space of [77]");
    int64_t env = exo_env_create(SLOT_WORK, frame, &config);

    expect(env, -EXO_E_CAP, "[77,5] has no frames");
    env = exo_env_create(SLOT_CHILD, frame, &config);
    check(env > 0, "an env of [77]");
    expect(exo_slice_set(SLOT_CHILD, 0, 50, (uint64_t)env), 0, "one position");
    expect(exo_slice_set(SLOT_CHILD, 0, 51, (uint64_t)env), 0, "two positions");
    expect(exo_slice_set(SLOT_CHILD, 0, 52, (uint64_t)env), -EXO_E_LIMIT, "not three");
    expect(exo_slice_set(CAP_ROOT, 0, 52, (uint64_t)env), 0, "others may");
    expect(exo_slice_set(CAP_ROOT, 0, 52, 0), 0, "and give it back");
    expect(exo_slice_set(SLOT_CHILD, 0, 51, 0), 0, "give one back");
    expect(exo_slice_set(SLOT_CHILD, 0, 52, (uint64_t)env), 0, "take another");
    expect(exo_slice_set(SLOT_CHILD, 0, 53, (uint64_t)env), -EXO_E_LIMIT, "not one more");
    uint64_t place = 0;

    while (exo_cap_destroy_2(SLOT_CHILD, place, 0, &place) == -EXO_E_AGAIN)
        ;
    expect(exo_cap_drop(SLOT_WORK), 0, "drop [77,5]");
    for (uint32_t i = 1; i <= EXO_LIMIT_ROWS; i++) {
        (void)exo_cap_derive(CAP_ROOT, SLOT_WORK, 1000 + i, EXO_RIGHT_TIME);
        rows += exo_limit_set(SLOT_WORK, EXO_LIMIT_POSITIONS, 1) == 0;
        (void)exo_cap_drop(SLOT_WORK);
    }
    expect(rows, EXO_LIMIT_ROWS - 1, "rows for limits are bounded");
    for (uint32_t i = 1; i <= EXO_LIMIT_ROWS; i++) {
        (void)exo_cap_derive(CAP_ROOT, SLOT_WORK, 1000 + i, EXO_RIGHT_TIME);
        (void)exo_limit_set(SLOT_WORK, EXO_LIMIT_POSITIONS, EXO_LIMIT_NONE);
        (void)exo_cap_drop(SLOT_WORK);
    }
    expect(exo_limit_set(SLOT_CHILD, EXO_LIMIT_POSITIONS, EXO_LIMIT_NONE), 0, "no limit any more");
}
