/* SPDX-License-Identifier: MIT */
/*
 * parallel.c - two CPUs at once in the calls that need not meet: frames, page-table entries, control transfer. Each worker
 * checks every answer, the audit follows; what both do together against one alone is noted (bench/scale prints it).
 */
#include "lib/exo/transfer.h"
#include "tests/boot/boot.h"

#define WORKERS 2
#define ROUNDS  2000
#define BATCH   32
#define PLACE   0x10000000ull /* of the pages in a worker's space, which no CPU loads */

enum work {
    WORK_FRAMES,
    WORK_ENTRIES,
    WORK_SAME, /* both change the same entries of one table */
    WORK_TRANSFER,
    WORK_END
};
static const char *const names[] = {"frame allocation", "page-table updates",
                                    "page-table updates of one table", "control transfer"};

static struct worker {
    struct child *child, *callee;
    uint64_t frame[BATCH];
    uint64_t root, table[3];
    volatile uint64_t wrong;
    volatile uint64_t took_ns;
} workers[WORKERS];
static volatile enum work work;
static volatile uint64_t ready, wanted;

static void frames_round(struct worker *w)
{
    for (int i = 0; i < 2; i++) {
        w->wrong += exo_frame_free(CAP_ROOT, w->frame[i], 1) != 0;
        w->wrong += exo_frame_alloc(CAP_ROOT, w->frame[i], 1) != 0;
    }
}

static void entries_round(struct worker *w, uint64_t root, bool fill)
{
    struct exo_pte batch[BATCH];

    for (uint32_t i = 0; i < BATCH; i++)
        batch[i] = (struct exo_pte){.address = (PLACE + i * EXO_PAGE_SIZE) | 1,
                                    .entry = fill ? w->frame[2 + i % (BATCH - 2)] << EXO_PAGE_SHIFT |
                                                        EXO_PTE_PRESENT | EXO_PTE_WRITE
                                                  : 0};
    w->wrong += exo_pt_update(CAP_ROOT, root, batch, BATCH) != BATCH;
}

static void transfer_round(struct worker *w)
{
    struct exo_message message = {.word = {1, 2, 3}};

    for (int i = 0; i < 4; i++)
        w->wrong += exo_transfer_call(CAP_ROOT, w->callee->env, &message) != 0;
    w->wrong += message.word[0] != 401 || message.word[2] != 403;
}

static void worker_body(struct child *child)
{
    struct worker *w = &workers[child == workers[0].child ? 0 : 1];

    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    while (ready < wanted)
        __builtin_ia32_pause();
    uint64_t from = exo_now_ns(machine.page);

    for (uint32_t round = 0; round < ROUNDS; round++) {
        if (work == WORK_FRAMES)
            frames_round(w);
        else if (work == WORK_TRANSFER)
            transfer_round(w);
        else
            entries_round(w, work == WORK_SAME ? workers[0].root : w->root, !(round & 1));
    }
    w->took_ns = exo_now_ns(machine.page) - from;
    child->step = 1;
    child_rest();
}

static void callee_body(struct child *child)
{
    child->step = 1;
    (void)exo_transfer_wait();
}

/* `count` workers do it at once, the first on the last CPU; work by each in a second, all together. */
static uint64_t rate(uint32_t count)
{
    uint64_t sum = 0;

    ready = 0;
    wanted = count;
    for (uint32_t i = 0; i < count; i++) {
        workers[i].wrong = 0;
        workers[i].child = child_make(worker_body, &(struct child_options){.slot = CAP_ROOT});
    }
    for (uint32_t i = 0; i < count; i++)
        child_run(workers[i].child, 1 - i);
    for (uint32_t i = 0; i < count; i++) {
        check(wait_for(&workers[i].child->step, 1, 60000), "%s: worker %u of %u is done", names[work], i, count);
        expect((int64_t)workers[i].wrong, 0, "every call of it was right");
        sum += workers[i].took_ns ? ROUNDS * 1000000000ull / workers[i].took_ns : 0;
    }
    for (uint32_t i = 0; i < count; i++)
        child_free(workers[i].child);
    return sum;
}

/* A space that nobody loads, with one table for PLACE. */
static void space_make(struct worker *w)
{
    struct exo_pte link[3];

    w->root = frame_new(CAP_ROOT);
    expect(exo_table_create(CAP_ROOT, w->root, 4), 0, "a root");
    for (uint32_t level = 3; level; level--) {
        w->table[level - 1] = frame_new(CAP_ROOT);
        expect(exo_table_create(CAP_ROOT, w->table[level - 1], level), 0, "a table");
        link[3 - level] = (struct exo_pte){
            .address = (PLACE & ~((1ull << (12 + 9 * level)) - 1)) | (level + 1),
            .entry = w->table[level - 1] << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | EXO_PTE_WRITE};
    }
    expect(exo_pt_update(CAP_ROOT, w->root, link, 3), 3, "linked");
    for (uint32_t i = 0; i < BATCH; i++)
        w->frame[i] = frame_new(CAP_ROOT);
}

static void space_end(struct worker *w)
{
    struct exo_pte batch[BATCH];

    for (uint32_t i = 0; i < BATCH; i++)
        batch[i] = (struct exo_pte){.address = (PLACE + i * EXO_PAGE_SIZE) | 1};
    expect(exo_pt_update(CAP_ROOT, w->root, batch, BATCH), BATCH, "emptied");
    expect(exo_table_destroy(CAP_ROOT, w->root), 0, "the root goes");
    for (uint32_t level = 3; level; level--) {
        expect(exo_table_destroy(CAP_ROOT, w->table[level - 1]), 0, "the table goes");
        frame_drop(w->table[level - 1]);
    }
    frame_drop(w->root);
    for (uint32_t i = 0; i < BATCH; i++)
        frame_drop(w->frame[i]);
}

void test_parallel(void)
{
    for (uint32_t i = 0; i < WORKERS; i++) {
        space_make(&workers[i]);
        workers[i].callee = child_make(
            callee_body, &(struct child_options){.slot = CAP_ROOT,
                                                 .transfer_entry = (uint64_t)exo_transfer_entry});
        child_run(workers[i].callee, 0);
        check(wait_for(&workers[i].callee->step, 1, 10000), "callee %u waits", i);
    }
    for (work = 0; work < WORK_END; work++) {
        uint64_t one = rate(1);
        uint64_t two = rate(2);

        note("scale: %s: %lu on one CPU, %lu on two (rounds a second)", names[work],
             (unsigned long)one, (unsigned long)two);
    }
    for (uint32_t i = 0; i < WORKERS; i++) {
        child_free(workers[i].callee);
        space_end(&workers[i]);
    }
}
