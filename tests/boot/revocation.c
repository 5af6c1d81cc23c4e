/* SPDX-License-Identifier: MIT */
/* revocation.c - boot tests of revoke, revoke_prepare and repossess: an env that answers, and one that does not. */
#include "base/string.h"
#include "tests/boot/boot.h"

static uint64_t now(void)
{
    return exo_now_ns(machine.page);
}

static uint64_t given; /* frame that the good env gives back */

static void good_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;

    if (context->vector == EXO_VECTOR_REVOKE && child->upcall->revoke_count && given) {
        child->value = child->upcall->revoke_count;
        (void)page_unmap(3);
        if (exo_frame_free(SLOT_WORK, given, 1) == 0)
            given = 0;
        child->traps++;
    } else if (context->vector == EXO_VECTOR_SLICE_END) {
        (void)exo_yield();
    }
}

static void deaf_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;

    child->traps += context->vector == EXO_VECTOR_REVOKE;
    if (context->vector < 32)
        child->trap = *context;
    if (context->vector < 32 && child->resume)
        context->rip = child->resume;
    if (context->vector == EXO_VECTOR_SLICE_END)
        (void)exo_yield();
}

static void spin_body(struct child *child)
{
    exo_unmask();
    for (;;)
        child->step++;
}

static int64_t repossess(uint64_t env, uint64_t first, uint64_t count, uint32_t *steps)
{
    uint64_t place = 0;
    int64_t result;

    *steps = 0;
    do {
        result = exo_repossess_2(CAP_ROOT, env, first, count, place, &place);
    } while (result == -EXO_E_AGAIN && ++*steps < 100000);
    return result;
}

static void test_visible(void)
{
    struct child *child =
        child_make(spin_body, &(struct child_options){.slot = CAP_ROOT, .handler = good_handler});

    given = frame_new(SLOT_CHILD);
    uint64_t frame = given;

    expect(exo_cap_grant(CAP_ROOT, child->env, SLOT_CHILD, SLOT_WORK), 0, "it holds [77]");
    expect(page_map(3, given, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0,
           "a frame that it can do without");
    child_run(child, 0);
    check(wait_for(&child->step, 1, 2000), "it runs");
    expect(exo_revoke(CAP_ROOT, child->env, EXO_REVOKE_FRAMES, 1, 0), -EXO_E_RANGE,
           "a deadline that has passed");
    expect(exo_revoke(SLOT_OTHER, child->env, EXO_REVOKE_FRAMES, 1, EXO_FOREVER), -EXO_E_CAP,
           "who does not dominate it cannot ask");
    expect(exo_revoke(CAP_ROOT, child->env, EXO_REVOKE_FRAMES, 1, now() + 3600000000000), 0,
           "asked");
    check(wait_for(&child->traps, 1, 2000), "it answers");
    expect((int64_t)child->value, 1, "it was told how many");
    expect(machine.frames[frame].kind, EXO_FRAME_FREE, "the frame that it chose is free");
    child_free(child);
}

/* An env of [77] that never answers, with three frames: one guaranteed, one to be taken, one to save it in. */
static void test_abort(uint32_t cpu)
{
    struct child *child =
        child_make(spin_body, &(struct child_options){.slot = CAP_ROOT, .handler = deaf_handler});
    uint64_t kept = frame_new(SLOT_CHILD), taken = frame_new(SLOT_CHILD),
             place = frame_new(SLOT_CHILD);
    struct exo_revoke_plan plan = {.guaranteed_count = 1, .guaranteed = {kept}};
    uint32_t steps;

    plan.save_first = place;
    plan.save_count = 1;
    expect(page_map(3, taken, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "map it");
    memset(page_at(3), 0x5a, EXO_PAGE_SIZE);
    child_run(child, cpu);
    check(wait_for(&child->step, 1, 2000), "it runs on CPU %u", cpu);
    expect(repossess(child->env, taken, 1, &steps), -EXO_E_BUSY, "not without asking");
    expect(exo_revoke(CAP_ROOT, child->env, EXO_REVOKE_FRAMES, 1, now() + 3600000000000), 0,
           "asked");
    expect(repossess(child->env, taken, 1, &steps), -EXO_E_BUSY, "not before the deadline");
    expect(exo_revoke(CAP_ROOT, child->env, EXO_REVOKE_FRAMES, 1, now() + 50000000), 0,
           "asked again");
    while (now() < child->upcall->revoke_deadline_ns)
        (void)exo_yield();
    expect(exo_revoke_prepare(CAP_ROOT, &plan), 0, "this env guarantees one, too");
    expect(repossess(child->env, kept, 1, &steps), -EXO_E_BUSY, "a guaranteed frame is not taken");
    expect(repossess(child->env, machine.space.root, 1, &steps), -EXO_E_KIND, "nor a table");
    expect(repossess(child->env, taken, 2, &steps), -EXO_E_BUSY, "nor more than is owed");
    expect(repossess(child->env, machine.page->frame_count, 1, &steps), -EXO_E_RANGE, "nor none");
    expect(exo_repossess(SLOT_CHILD, child->env, taken, 1, 0), -EXO_E_CAP, "nor by anyone");
    expect(exo_repossess(CAP_ROOT, child->env, taken, 1, 3ull << 60), -EXO_E_AGAIN,
           "nor by skipping to the end");
    check(machine.frames[taken].guard_depth == 1 && machine.frames[taken].references == 1,
          "it is as it was");
    uint64_t told = child->traps;

    expect(repossess(child->env, taken, 1, &steps), 0, "taken, in %u steps", steps + 1);
    check(!(*exo_entry((uint64_t)page_at(3), 1) & EXO_PTE_PRESENT), "no entry names it");
    check(*exo_entry((uint64_t)page_at(3), 1) & EXO_PTE_TAKEN, "and the empty one says why");
    check(machine.frames[taken].guard_depth == 0 &&
              !(machine.frames[taken].flags & EXO_FRAME_FLAG_TAKEN),
          "it is the revoker's");
    expect((int64_t)child->upcall->repossessed, 1, "the vector has an entry");
    expect((int64_t)child->upcall->repossession[0].frame, (int64_t)taken, "that names it");
    expect((int64_t)child->upcall->revoke_count, 0, "nothing is owed any more");
    check(wait_for(&child->traps, told + 1, 2000), "the env is told");
    expect(page_map(3, taken, EXO_PTE_NO_EXECUTE), 0, "map it");
    expect(*(uint8_t *)page_at(3), 0, "its contents are gone");
    expect(page_unmap(3), 0, "unmap it");
    plan.guaranteed_count = 0;
    expect(exo_revoke_prepare(CAP_ROOT, &plan), 0, "nothing is guaranteed any more");
    expect(machine.frames[kept].flags & EXO_FRAME_FLAG_GUARANTEED, 0, "the row shows it");
    child_free(child);
    frame_drop(kept);
    frame_drop(taken);
    frame_drop(place);
}

static uint64_t save_frame, save_taken;

static void saver_body(struct child *child)
{
    struct exo_revoke_plan plan = {.save_first = save_frame, .save_count = 1};

    child->value = (uint64_t)exo_revoke_prepare(SLOT_WORK, &plan);
    child->step = 1;
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

/* Contents go where the env wanted them. */
static void test_save(void)
{
    struct child *child =
        child_make(saver_body, &(struct child_options){.slot = CAP_ROOT, .handler = deaf_handler});
    uint32_t steps;

    save_frame = frame_new(SLOT_CHILD);
    save_taken = frame_new(SLOT_CHILD);
    expect(page_map(3, save_taken, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "map it");
    memset(page_at(3), 0x6b, EXO_PAGE_SIZE);
    expect(exo_cap_grant(CAP_ROOT, child->env, SLOT_CHILD, SLOT_WORK), 0, "it holds [77]");
    child_run(child, 0);
    check(wait_for(&child->step, 1, 2000), "it has registered a place");
    expect((int64_t)child->value, 0, "without error");
    expect(exo_revoke(CAP_ROOT, child->env, EXO_REVOKE_FRAMES, 1, now() + 50000000), 0, "asked");
    while (now() < child->upcall->revoke_deadline_ns)
        (void)exo_yield();
    expect(repossess(child->env, save_taken, 1, &steps), 0, "taken");
    expect((int64_t)child->upcall->repossession[0].saved, (int64_t)save_frame, "saved there");
    expect(page_map(4, save_frame, EXO_PTE_NO_EXECUTE), 0, "map the place");
    bool same = true;

    for (uint32_t i = 0; i < EXO_PAGE_SIZE; i++)
        same &= ((uint8_t *)page_at(4))[i] == 0x6b;
    check(same, "the contents are there");
    expect(page_unmap(4), 0, "unmap it");
    child_free(child);
    frame_drop(save_frame);
    frame_drop(save_taken);
}

void test_revocation(void)
{
    test_visible();
    test_abort(0);
    if (machine.page->cpu_count > 1)
        test_abort(1);
    test_save();
}
