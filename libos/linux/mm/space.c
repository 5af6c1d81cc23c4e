/* SPDX-License-Identifier: MIT */
/*
 * space.c - making, copying, switching and tearing down the memory of processes.
 *
 * Invariants: 1. every present level-1 entry of an area holds one count of its frame.
 *             2. space->table lists every table of the space but its root.
 *             3. tables are read through the window, so a space is changed while it is the current one; the child
 *                of a fork is new, and what is in its tables follows from what was just written.
 * Not here: which page belongs where (fault.c), areas (area.c).
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/task.h"

#define MMAP_TOP 0x7ffff7fff000ul /* Linux's without randomisation: 128 MiB for the stack above */

struct list space_list = {&space_list, &space_list};

void space_switch(struct space *space)
{
    frame_t root = space ? space->root : instance->root_frame;
    struct vcpu *vcpu = this_vcpu();

    vcpu->space = space;
    if (vcpu->root == root)
        return;
    if (exo_space_switch(SLOT_MEMORY, root))
        panic("kernel refuses to switch to space %lx", (long)root);
    vcpu->root = root;
}

int space_create(struct space **out)
{
    struct space *space = heap_alloc(sizeof *space);

    if (!space)
        return -ENOMEM;
    memset(space, 0, sizeof *space);
    space->root = table_take(4);
    if (space->root == NO_FRAME) {
        heap_free(space);
        return -ENOMEM;
    }
    space->users = 1;
    space->mmap_top = MMAP_TOP;
    space->table = space->table_inline;
    space->table_capacity = SPACE_TABLES_INLINE;
    list_add_tail(&space_list, &space->all);
    *out = space;
    return 0;
}

static int table_record(struct space *space, uint64_t address, unsigned level, frame_t frame)
{
    if (space->table_count == space->table_capacity) {
        uint32_t capacity = space->table_capacity * 2;
        struct table_record *table = heap_alloc(capacity * sizeof *table);

        if (!table)
            return -ENOMEM;
        memcpy(table, space->table, space->table_count * sizeof *table);
        if (space->table != space->table_inline)
            heap_free(space->table);
        space->table = table;
        space->table_capacity = capacity;
    }
    space->table[space->table_count++] = (struct table_record){address, frame, level};
    return 0;
}

/* Links a new table of level - 1 at `level`. */
static int table_link(struct space *space, uint64_t address, unsigned level, struct pt_batch *batch)
{
    uint64_t start = address & ~((1ul << (12 + 9 * (level - 1))) - 1);
    frame_t frame = table_take(level - 1);

    if (frame == NO_FRAME)
        return -ENOMEM;
    int error = table_record(space, start, level - 1, frame);

    if (error) {
        table_give(level - 1, frame);
        return error;
    }
    batch_add(batch, start, level, frame << EXO_PAGE_SHIFT | LINK_BITS);
    return 0;
}

int tables_ensure(struct space *space, uint64_t address, struct pt_batch *batch)
{
    for (unsigned depth = table_depth(address); depth > 1; depth--) {
        int error = table_link(space, address, depth, batch);

        if (error)
            return error;
    }
    return 0;
}

uint64_t area_bits(const struct area *area, bool writable)
{
    uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_ACCESSED;

    if (writable)
        bits |= EXO_PTE_WRITE;
    if (!(area->prot & PROT_EXEC))
        bits |= EXO_PTE_NO_EXECUTE;
    return bits;
}

void pages_drop(struct space *space, uint64_t start, uint64_t end)
{
    struct pt_batch batch;

    if (!space->table_count)
        return; /* nothing was ever mapped: a space that exec is preparing */
    if (space->parked_count)
        unpark_pages(space, start, end);
    batch_start(&batch, space->root);
    for (;; start += PAGE_SIZE) {
        uint64_t entry = pte_next(&start, end);

        if (!entry)
            break;
        batch_add(&batch, start, 1, 0);
        /* The frame is not reused before the batch is flushed: nothing allocates in between. */
        frame_drop(pte_frame(entry));
        space->resident--;
    }
    batch_flush(&batch);
}

/* Takes all user entries and tables out; the space is the current one. */
static void space_empty(struct space *space)
{
    struct pt_batch batch;

    batch_start(&batch, space->root);
    for (uint32_t i = 0; i < space->count; i++) {
        struct area *area = &space->area[i];
        uint64_t a = area->start;
        uint64_t entry;

        while ((entry = pte_next(&a, area->end))) {
            batch_add(&batch, a, 1, 0);
            frame_drop(pte_frame(entry));
            a += PAGE_SIZE;
        }
    }
    /* Upper tables were recorded before lower ones: unlink backwards. */
    for (uint32_t i = space->table_count; i--;)
        batch_add(&batch, space->table[i].address, space->table[i].level + 1, 0);
    batch_flush(&batch);
    for (uint32_t i = 0; i < space->table_count; i++)
        table_give(space->table[i].level, space->table[i].frame);
    space->table_count = 0;
    if (space->parked_count)
        unpark_pages(space, 0, USER_END);
}

void space_hold(struct space *space)
{
    space->users++;
}

void space_drop(struct space *space)
{
    if (!--space->users)
        space_destroy(space);
}

void space_destroy(struct space *space)
{
    struct space *back = this_vcpu()->space == space ? NULL : this_vcpu()->space;

    if (space->table_count) {
        space_switch(space);
        space_empty(space);
    }
    space_switch(back);
    table_give(4, space->root);
    area_remove(space, 0, USER_END);
    list_remove(&space->all);
    if (space->table != space->table_inline)
        heap_free(space->table);
    heap_free(space->area);
    heap_free(space->parked);
    heap_free(space);
}

/* --- Fork ---------------------------------------------------------------------------------------- */

/* Where the copying of a parent's tables has come to. */
struct fork_walk {
    struct space *parent, *child;
    struct pt_batch batch;
    uint64_t reach[5]; /* one behind the last address that has a table of the level in the child */
};

static int fork_tables(struct fork_walk *walk, uint64_t address)
{
    for (unsigned level = 4; level > 1; level--) {
        uint64_t span = 1ul << (12 + 9 * (level - 1));

        if (address < walk->reach[level])
            continue;
        batch_space(&walk->batch, walk->child->root);
        int error = table_link(walk->child, address, level, &walk->batch);

        if (error)
            return error;
        walk->reach[level] = (address & ~(span - 1)) + span;
    }
    return 0;
}

static int fork_area(struct fork_walk *walk, const struct area *area)
{
    bool private_write = !(area->flags & (AREA_SHARED | AREA_SPECIAL));
    uint64_t a = area->start;
    uint64_t entry;

    for (; (entry = pte_next(&a, area->end)); a += PAGE_SIZE) {
        if (a >= walk->reach[2]) {
            int error = fork_tables(walk, a);

            if (error)
                return error;
        }
        if (private_write && entry & EXO_PTE_WRITE) {
            entry &= ~(uint64_t)EXO_PTE_WRITE;
            batch_space(&walk->batch, walk->parent->root);
            batch_add(&walk->batch, a, 1, entry);
        }
        batch_space(&walk->batch, walk->child->root);
        batch_add(&walk->batch, a, 1, entry);
        frame_hold(pte_frame(entry));
        walk->child->resident++;
    }
    return 0;
}

static int fork_areas(struct space *parent, struct space *child)
{
    child->area = heap_alloc(parent->capacity * sizeof child->area[0]);
    if (!child->area)
        return -ENOMEM;
    child->capacity = parent->capacity;
    for (uint32_t i = 0; i < parent->count; i++) {
        if (parent->area[i].flags & AREA_NOFORK)
            continue;
        child->area[child->count++] = parent->area[i];
        if (parent->area[i].file)
            file_hold(parent->area[i].file);
    }
    return 0;
}

int space_fork(struct space *parent, struct space **out)
{
    struct fork_walk walk = {.parent = parent};
    struct space *child;
    int error = space_create(&child);

    if (error)
        return error;
    child->brk_start = parent->brk_start;
    child->brk = parent->brk;
    child->mmap_top = parent->mmap_top;
    child->stack_top = parent->stack_top;
    child->vdso = parent->vdso;
    child->pages_mapped = parent->pages_mapped;
    error = fork_areas(parent, child);
    if (!error)
        error = parked_fork(parent, child);
    walk.child = child;
    batch_start(&walk.batch, child->root);
    for (uint32_t i = 0; !error && i < child->count; i++)
        error = fork_area(&walk, &child->area[i]);
    batch_flush(&walk.batch);
    if (error) {
        space_destroy(child);
        return error;
    }
    *out = child;
    return 0;
}
