/* SPDX-License-Identifier: MIT */
/* smp.c - boot tests with two CPUs: positions there, wakes across, busy envs, and TLB shoot-down.
 */
#include "tests/boot/boot.h"

static uint64_t now(void)
{
    return exo_now_ns(machine.page);
}

/* Without giving up this CPU. */
static bool spin_for(const volatile uint64_t *word, uint64_t value, uint64_t ms)
{
    uint64_t deadline = now() + ms * 1000000;

    while (*word < value && now() < deadline)
        __builtin_ia32_pause();
    return *word >= value;
}

static void count_body(struct child *child)
{
    for (;;)
        child->step++;
}

static void test_other_cpu(void)
{
    struct child *child = child_make(count_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 1);
    check(spin_for(&child->step, 1000, 2000), "an env runs on CPU 1 while this one spins");
    expect(exo_yield_to(CAP_ROOT, child->env), -EXO_E_BUSY, "yield_to an env that runs elsewhere");
    expect(exo_env_destroy(CAP_ROOT, child->env), -EXO_E_BUSY,
           "destroy an env that runs elsewhere: it is asked to stop");
    child_free(child);
}

static void donee_body(struct child *child)
{
    child->value = child->upcall->slices + 1; /* 1: it runs, but no slice began for it */
    count_body(child);
}

/*
 * The position that runs on CPU 1 now is given to another env: that one gets the rest of the slice, and the one that ran and
 * would never have given up goes on later. If the slice ends at that moment, the donee begins one; so several times.
 */
static void test_donation(void)
{
    bool right = true, donated = false;

    for (uint32_t i = 0; i < 50 && right && !donated; i++) {
        struct child *busy = child_make(
            count_body, &(struct child_options){.slot = CAP_ROOT, .flags = EXO_ENV_NO_EPILOGUE});
        struct child *donee = child_make(donee_body, &(struct child_options){.slot = CAP_ROOT});

        child_run(busy, 1);
        right &= spin_for(&busy->step, 1000, 2000);
        right &= exo_slice_set(CAP_ROOT, 1, 2 + busy->number, donee->env) == 0;
        right &= spin_for(&donee->step, 1000, 2000);
        donated |= donee->value == 1;
        right &= exo_slice_set(CAP_ROOT, 1, 2 + busy->number, busy->env) == 0;
        uint64_t before = busy->step;

        right &= spin_for(&busy->step, before + 1000, 2000);
        child_free(donee);
        child_free(busy);
    }
    check(right, "a position of CPU 1 goes from env to env while it runs");
    check(donated, "who gets it has the rest of the slice, before one of its own begins");
}

static void sleeper_body(struct child *child)
{
    child->step = 1;
    for (;;) {
        (void)exo_sleep(0, 0, EXO_FOREVER);
        child->step++;
    }
}

static void test_cross_wake(void)
{
    struct child *child = child_make(sleeper_body, &(struct child_options){.slot = CAP_ROOT});
    bool all = true;

    child_run(child, 1);
    check(spin_for(&child->step, 1, 2000), "it sleeps on CPU 1");
    for (uint64_t i = 0; i < 100 && all; i++) {
        all &= exo_wake(CAP_ROOT, child->env, 1) == 0;
        all &= spin_for(&child->step, i + 2, 2000);
    }
    check(all, "100 wakes across arrive: %lu", (unsigned long)child->step);
    child_free(child);
}

/* Reads page 9 (or what resume says) as fast as it can; value is the last thing it saw. */
static void reader_body(struct child *child)
{
    volatile uint64_t *page = child->resume ? (uint64_t *)child->resume : page_at(9);

    for (;;) {
        uint64_t seen = 0;

        __asm__ volatile("movq (%1), %0" : "+r"(seen) : "r"(page) : "memory");
        child->value = seen;
        child->step++;
    }
}

static void fault_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;

    if (context->vector >= 32) {
        (void)exo_yield();
        return;
    }
    child->trap = *context;
    child->traps++;
    for (;;) /* the test destroys it */
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

/*
 * When pt_update returns, CPU 1 can no longer see the page: what is written into the frame
 * afterwards stays unseen. root: the space in which CPU 1 reads; the tables below are shared.
 */
static bool shoot_round(uint32_t round, uint64_t root)
{
    uint64_t frame = frame_new(CAP_ROOT);
    struct child *child = child_make(
        reader_body,
        &(struct child_options){.slot = CAP_ROOT, .handler = fault_handler, .root = root});
    bool right = page_map(9, frame, EXO_PTE_NO_EXECUTE) == 0 &&
                 page_map(10, frame, EXO_PTE_NO_EXECUTE | EXO_PTE_WRITE) == 0;

    *(volatile uint64_t *)page_at(10) = 1000 + round;
    child_run(child, 1);
    right &= spin_for(&child->step, 1000, 2000);
    right &= page_unmap(9) == 0;
    *(volatile uint64_t *)page_at(10) = 666;
    right &= spin_for(&child->traps, 1, 2000);
    right &= child->value == 1000 + round && child->trap.vector == 14 &&
             child->trap.address == (uint64_t)page_at(9);
    if (!right)
        note("round %u: saw %lu, traps %lu, vector %u", round, (unsigned long)child->value,
             (unsigned long)child->traps, child->trap.vector);
    right &= page_unmap(10) == 0;
    child_free(child);
    frame_drop(frame);
    return right;
}

static void test_shoot_down(void)
{
    uint64_t other = space_copy();
    bool all = true;

    for (uint32_t round = 0; round < 20 && all; round++)
        all &= shoot_round(round, 0);
    check(all, "20 times, CPU 1 reads a page until CPU 0 unmaps it, and not once longer");
    for (uint32_t round = 0; round < 20 && all; round++)
        all &= shoot_round(round, other);
    check(all, "nor in another space that shares the table");
    space_drop(other);
}

#define ELSEWHERE (180ull << 39) /* where a space has a table of its own */
static volatile uint64_t generation; /* odd: its entry is being changed; then bit 1 is what its page holds */

static void comes_body(struct child *child)
{
    for (;;) {
        uint64_t before = generation, seen = *(const volatile uint64_t *)ELSEWHERE;

        if (before == generation && !(before & 1)) {
            child->value += seen != (before >> 1 & 1);
            child->step++;
        }
        if (child->resume++ % 128 == 0)
            (void)exo_yield();
    }
}

static void goes_body(struct child *child)
{
    for (;;) {
        child->step++;
        (void)exo_yield();
    }
}

/* CPU 0 gives a page of a space that CPU 1 loads and leaves all the time one of two frames: once it has returned, the other is not seen. */
static void test_comes_and_goes(void)
{
    uint64_t root = space_copy(), table[3], frame[2] = {frame_new(CAP_ROOT), frame_new(CAP_ROOT)};
    struct exo_pte link[3];
    int64_t error = 0;

    for (uint32_t level = 3; level; level--) {
        table[level - 1] = frame_new(CAP_ROOT);
        expect(exo_table_create(CAP_ROOT, table[level - 1], level), 0, "a table");
        link[3 - level] =
            (struct exo_pte){.address = ELSEWHERE | (level + 1),
                             .entry = table[level - 1] << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE};
    }
    expect(exo_pt_update(CAP_ROOT, root, link, 3), 3, "linked");
    for (uint32_t i = 0; i < 2; i++) {
        expect(page_map(9, frame[i], EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "a frame");
        *(volatile uint64_t *)page_at(9) = i;
    }
    expect(page_unmap(9), 0, "filled");
    generation = 0;
    expect(exo_pt_write(CAP_ROOT, root, ELSEWHERE | 1, frame[0] << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE, 1), 1, "mapped");
    struct child *reader = child_make(comes_body, &(struct child_options){.slot = CAP_ROOT, .root = root});
    struct child *other = child_make(goes_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(reader, 1);
    child_run(other, 1);
    for (uint64_t deadline = now() + 20000000000; reader->step < 100000 && !error && now() < deadline;) {
        generation++;
        error = exo_pt_write(CAP_ROOT, root, ELSEWHERE | 1,
                             frame[(generation >> 1 & 1) ^ 1] << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE, 1) - 1;
        generation++;
        for (uint64_t pause = generation % 64; pause; pause--)
            (void)exo_null();
    }
    expect(error, 0, "%lu changes", (unsigned long)generation / 2);
    check(reader->step >= 100000 && reader->value == 0 && other->step > 0,
          "the other frame was seen %lu times in %lu", (unsigned long)reader->value, (unsigned long)reader->step);
    child_free(reader);
    child_free(other);
    expect(exo_pt_write(CAP_ROOT, root, ELSEWHERE | 1, 0, 1), 1, "unmapped");
    expect(exo_pt_write(CAP_ROOT, root, ELSEWHERE | 4, 0, 1), 1, "unlinked");
    for (uint32_t level = 3; level; level--) {
        int64_t result = -EXO_E_BUSY;

        while (result == -EXO_E_BUSY)
            result = exo_table_destroy(CAP_ROOT, table[level - 1]);
        expect(result, 0, "the table goes");
        frame_drop(table[level - 1]);
    }
    space_drop(root);
    frame_drop(frame[0]);
    frame_drop(frame[1]);
}

/* The same for a whole table that is unlinked. */
static void test_unlink(void)
{
    uint64_t address = WORK_ADDRESS + (2ull << 30);
    uint64_t frame = frame_new(CAP_ROOT);
    bool all = true;

    expect(exo_tables(&machine.space, address, 4096, 1), 0, "tables of their own");
    uint64_t upper = (*exo_entry(address, 3) & EXO_PTE_FRAME) >> 12;
    uint64_t lower = (*exo_entry(address, 2) & EXO_PTE_FRAME) >> 12;

    for (uint32_t round = 0; round < 10 && all; round++) {
        struct child *child = child_make(
            reader_body, &(struct child_options){.slot = CAP_ROOT, .handler = fault_handler});

        all &= exo_map(&machine.space, address, frame, 1, EXO_PTE_NO_EXECUTE) == 0;
        child->resume = address;
        child_run(child, 1);
        all &= spin_for(&child->step, 1000, 2000);
        all &= exo_link(&machine.space, machine.space.root, address, 3, 0) == 0;
        all &= spin_for(&child->traps, 1, 2000) && child->trap.address == address;
        child_free(child);
        all &= exo_link(&machine.space, machine.space.root, address, 3, upper) == 0;
    }
    check(all, "10 times, unlinking a table ends CPU 1's use of it");
    expect(exo_unmap(&machine.space, address, 1), 0, "unmap");
    expect(exo_link(&machine.space, machine.space.root, address, 3, 0), 0, "unlink");
    expect(exo_table_destroy(CAP_ROOT, upper), 0, "destroy the upper table");
    expect(exo_table_destroy(CAP_ROOT, lower), 0, "destroy the lower table");
    frame_drop(upper);
    frame_drop(lower);
    frame_drop(frame);
}

/* Both CPUs take and give frames from the same region: nothing is handed out twice. */
static volatile uint64_t pool_first;

static uint64_t churn(uint32_t slot, uint64_t guard, uint64_t rounds)
{
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t frame = pool_first + i % 8;

        if (exo_frame_alloc(slot, frame, 1) < 0)
            continue;
        for (int k = 0; k < 20; k++)
            wrong += machine.frames[frame].guard[0] != guard ||
                     machine.frames[frame].kind != EXO_FRAME_DATA;
        wrong += exo_frame_free(slot, frame, 1) != 0;
    }
    return wrong;
}

static void churn_body(struct child *child)
{
    child->value = churn(SLOT_WORK, 78, 3000);
    child->step = 1;
}

static void test_allocation(void)
{
    struct child *child = child_make(churn_body, &(struct child_options){.slot = CAP_ROOT});

    pool_first = frames_take(CAP_ROOT, 8);
    expect(exo_frame_free(CAP_ROOT, pool_first, 8), 0, "eight frames to fight for");
    expect(exo_cap_grant(CAP_ROOT, child->env, SLOT_OTHER, SLOT_WORK), 0,
           "the other CPU's env holds [78]");
    child_run(child, 1);
    expect((int64_t)churn(SLOT_CHILD, 77, 3000), 0, "CPU 0 never shares a frame");
    check(spin_for(&child->step, 1, 5000), "CPU 1 is done");
    expect((int64_t)child->value, 0, "CPU 1 never shares one either");
    child_free(child);
}

static void mover_body(struct child *child)
{
    while (!child->resume)
        child->step++;
    (void)exo_yield(); /* its position here is another's by now */
    child->value = 1;
    (void)exo_wake(CAP_ROOT, machine.env, 1);
}

/* An env that loses its position on CPU 1 while it runs there goes on where it has one, although that CPU idles. */
static void test_move(void)
{
    struct child *child = child_make(mover_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 1);
    check(spin_for(&child->step, 1, 2000), "an env runs on CPU 1");
    expect(exo_slice_set(CAP_ROOT, 0, 40, child->env), 0, "it gets a position on CPU 0");
    expect(exo_slice_set(CAP_ROOT, 1, 2 + child->number, 0), 0, "and loses that on CPU 1");
    child->resume = 1;
    for (uint64_t deadline = now() + 20000000000; !child->value && now() < deadline;)
        (void)exo_sleep(0, 0, deadline);
    check(child->value == 1, "CPU 0, which idled, goes on with it");
    expect(exo_slice_set(CAP_ROOT, 0, 40, 0), 0, "give it back");
    child_free(child);
}

void test_smp(void)
{
    test_move();
    test_other_cpu();
    test_donation();
    test_cross_wake();
    test_shoot_down();
    test_comes_and_goes();
    test_unlink();
    test_allocation();
}
