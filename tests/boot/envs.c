/* SPDX-License-Identifier: MIT */
/* envs.c - boot tests of env_create, env_destroy and what becomes of an env that nobody handles. */
#include "base/string.h"
#include "tests/boot/boot.h"

static void step_body(struct child *child)
{
    child->step = 1;
}

static void test_create_errors(void)
{
    uint64_t frame = frame_new(CAP_ROOT);
    uint64_t upcall = frame_new(CAP_ROOT);
    struct exo_env_config good = {
        .root = machine.space.root, .upcall_frame = upcall, .rip = 0x400000, .rsp = 0x500000};
    struct exo_env_config bad;

    expect(exo_env_create(SLOT_EMPTY, frame, &good), -EXO_E_CAP, "create without capability");
    expect(exo_env_create(SLOT_NOTHING, frame, &good), -EXO_E_RIGHT,
           "create without the write right");
    expect(exo_env_create(SLOT_CHILD, frame, &good), -EXO_E_CAP, "create in another's frame");
    expect(exo_env_create(CAP_ROOT, 1ull << 40, &good), -EXO_E_RANGE, "create past the end");
    expect(exo_env_create(CAP_ROOT, machine.space.root, &good), -EXO_E_KIND, "create in a table");
    expect(page_map(8, frame, EXO_PTE_NO_EXECUTE), 0, "map the frame");
    expect(exo_env_create(CAP_ROOT, frame, &good), -EXO_E_BUSY, "create in a mapped frame");
    expect(page_unmap(8), 0, "unmap it");
    bad = good;
    bad.root = upcall;
    expect(exo_env_create(CAP_ROOT, frame, &bad), -EXO_E_KIND, "a root that is none");
    bad.root = 1ull << 40;
    expect(exo_env_create(CAP_ROOT, frame, &bad), -EXO_E_RANGE, "a root past the end");
    bad = good;
    bad.upcall_frame = machine.space.root;
    expect(exo_env_create(CAP_ROOT, frame, &bad), -EXO_E_KIND, "an upcall page that is a table");
    bad.upcall_frame = frame;
    expect(exo_env_create(CAP_ROOT, frame, &bad), -EXO_E_KIND, "env and upcall page in one frame");
    bad = good;
    bad.flags = EXO_ENV_FLAGS + 1;
    expect(exo_env_create(CAP_ROOT, frame, &bad), -EXO_E_ARG, "an unknown flag");
    for (uint32_t field = 2; field < 11; field++) {
        if (field == 4)
            continue; /* the argument may be anything */
        bad = good;
        ((uint64_t *)&bad)[field] = EXO_USER_END;
        expect(exo_env_create(CAP_ROOT, frame, &bad), -EXO_E_ARG,
               "a kernel address in config word %u", field);
    }
    expect(machine.frames[frame].kind, EXO_FRAME_DATA, "the frame is still data");
    expect(machine.frames[upcall].kind, EXO_FRAME_DATA, "the upcall frame too");
    frame_drop(frame);
    frame_drop(upcall);
}

static void test_life(void)
{
    struct child *child = child_make(step_body, &(struct child_options){.slot = CAP_ROOT});
    uint64_t id = child->env;
    struct exo_env_config again = {
        .root = machine.space.root, .upcall_frame = child->upcall_frame, .rip = 0x400000};
    uint64_t frame = frame_new(CAP_ROOT);

    check(machine.frames[child->frame].kind == EXO_FRAME_ENV, "the row shows the env");
    check(id == (((uint64_t)machine.frames[child->frame].reserved << 32 |
                  machine.frames[child->frame].extra)
                     << EXO_ENV_FRAME_BITS |
                 child->frame),
          "the row gives its id");
    expect(machine.frames[child->upcall_frame].kind, EXO_FRAME_UPCALL,
           "the row shows the upcall page");
    expect(exo_env_create(CAP_ROOT, frame, &again), -EXO_E_BUSY, "an upcall page of another env");
    expect(exo_frame_free(CAP_ROOT, child->frame, 1), -EXO_E_KIND, "an env is not freed as data");
    expect(exo_frame_free(CAP_ROOT, child->upcall_frame, 1), -EXO_E_KIND, "nor its upcall page");
    child_run(child, 0);
    check(wait_for(&child->step, 1, 1000), "it runs");
    check(child->upcall->slices >= 1 && child->upcall->used_ns > 0, "its counters count");
    expect(exo_env_destroy(SLOT_EMPTY, id), -EXO_E_CAP, "destroy without capability");
    expect(exo_env_destroy(SLOT_CHILD, id), -EXO_E_CAP, "destroy what is not dominated");
    expect(exo_env_destroy(SLOT_READER, id), -EXO_E_RIGHT, "destroy without the write right");
    expect(exo_env_destroy(CAP_ROOT, machine.env), -EXO_E_BUSY, "destroy oneself");
    child_free(child);
    expect(exo_env_destroy(CAP_ROOT, id), -EXO_E_NONE, "destroy it twice");
    frame_drop(frame);
    child = child_make(step_body, &(struct child_options){.slot = CAP_ROOT});
    check(child->env != id, "ids are not used twice");
    child_free(child);
}

static void fault_body(struct child *child)
{
    child->step = 1;
    __asm__ volatile("ud2");
    child->step = 2;
}

/* No handler: the env is stopped for good, its guardian gets event 63, nobody else notices. */
static void test_stopped(void)
{
    struct child *child =
        child_make(fault_body, &(struct child_options){.slot = CAP_ROOT, .no_trap_entry = true});

    __atomic_exchange_n(&machine.upcall->events, 0, __ATOMIC_SEQ_CST);
    child_run(child, 0);
    check(wait_for((volatile uint64_t *)&machine.upcall->events, 1ull << EXO_EVENT_STOPPED, 1000),
          "the guardian gets the event");
    expect((int64_t)child->step, 1, "the env did not go on");
    expect(machine.frames[child->frame].level, 1, "the row says that it is stopped");
    expect(exo_yield_to(CAP_ROOT, child->env), -EXO_E_BUSY, "it cannot be run");
    expect(exo_wake(CAP_ROOT, child->env, 1), 0, "a wake does not harm");
    for (int i = 0; i < 3; i++)
        (void)exo_yield();
    expect((int64_t)child->step, 1, "nor does it revive it");
    __atomic_exchange_n(&machine.upcall->events, 0, __ATOMIC_SEQ_CST);
    child_free(child);
}

/* An env without a slice position holds its frames and nothing else. */
static void test_never_run(void)
{
    struct child *child = child_make(step_body, &(struct child_options){.slot = CAP_ROOT});

    for (int i = 0; i < 10; i++)
        (void)exo_yield();
    expect((int64_t)child->step, 0, "an env without position does not run");
    child_free(child);
}

void test_envs(void)
{
    test_create_errors();
    test_life();
    test_stopped();
    test_never_run();
}
