/* SPDX-License-Identifier: MIT */
/*
 * space.c - making, copying, switching and tearing down the memory of processes.
 *
 * Invariants: 1. every present level-1 entry of an area holds one count of its frame.
 *             2. space->table lists every table of the space but its root.
 *             3. a fork shares the level-1 tables: both links lose the write right, and the table
 * counts its users. Who wants to change an entry makes the table its own first (table_own); an
 * entry's count belongs to the table, not to a space.
 *             4. root entry 0 leads to tables that all spaces share (rewrite/) until the space needs
 * some of its own there; those then share the lowest one. Such links lack the write right, and
 * nothing of an area is behind them.
 *             5. tables are read through the window, so a space is changed while it is the current
 * one; the child of a fork is new, and what is in its tables follows from what was just written.
 * Not here: which page belongs where (fault.c), areas (area.c).
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/mm/rows.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/task.h"
#include "libos/linux/vcpu.h"

#define MMAP_TOP 0x7ffff7fff000ul /* Linux's without randomisation: 128 MiB for the stack above */

#define EMPTY_BY_ENTRY_MAX 64 /* a table with more is emptied faster as a whole */

/* What one table held, while it changes: entries and where they are in it. */
static uint64_t kept[512];
static uint16_t kept_at[512];

struct list space_list = {&space_list, &space_list};

void space_switch(struct space *space)
{
    frame_t root = space ? space->root : instance->root_frame;
    struct vcpu *vcpu = this_vcpu();

    vcpu->space = space;
    if (space) {
        vcpu->sites = space_sites(space);
        vcpu->site_key = (uint64_t)space->image << 48;
    }
    if (vcpu->root == root)
        return;
    if (exo_space_switch(SLOT_MEMORY, root))
        panic("kernel refuses to switch to space %lx", (long)root);
    vcpu->root = root;
}

/*
 * Roots of spaces that have ended, with their upper tables: nearly all programs need the same ones, and linking a table
 * and unlinking it costs as much as ten pages. What they link at the bottom stays linked, too.
 */
#define SKELETONS       2
#define SKELETON_TABLES 6
static_assert(SKELETON_TABLES <= SPACE_TABLES_INLINE, "skeleton_take");
static struct skeleton {
    frame_t root;
    uint32_t count;
    bool low_tables;
    struct table_record table[SKELETON_TABLES];
} skeletons[SKELETONS];
static uint32_t skeleton_count;

/* Can the space's upper tables serve another one? */
static bool skeleton_fits(const struct space *space)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < space->table_count; i++)
        count += space->table[i].level > 1;
    return !space->plain && count && count <= SKELETON_TABLES && skeleton_count < SKELETONS;
}

/* The space has no other tables any more: it is without a root from now on. */
static void skeleton_give(struct space *space)
{
    struct skeleton *skeleton = &skeletons[skeleton_count++];

    skeleton->root = space->root;
    skeleton->count = space->table_count;
    skeleton->low_tables = space->low_tables;
    memcpy(skeleton->table, space->table, space->table_count * sizeof space->table[0]);
    space->root = NO_FRAME;
    space->table_count = 0;
}

static void skeleton_take(struct space *space)
{
    const struct skeleton *skeleton = &skeletons[--skeleton_count];

    space->root = skeleton->root;
    space->table_count = space->bare = skeleton->count;
    space->low_tables = skeleton->low_tables;
    memcpy(space->table_inline, skeleton->table, skeleton->count * sizeof skeleton->table[0]);
}

int space_create(struct space **out)
{
    struct space *space = heap_alloc(sizeof *space);

    if (!space)
        return -ENOMEM;
    memset(space, 0, offsetof(struct space, table_inline));
    if (skeleton_count)
        skeleton_take(space);
    else
        space->root = table_take(4);
    if (space->root == NO_FRAME) {
        heap_free(space);
        return -ENOMEM;
    }
    static uint16_t images;

    space->users = 1;
    space->image = ++images;
    space->plain = rewrite_link() == NO_FRAME;
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
    space->table[space->table_count++] =
        (struct table_record){.address = address, .frame = frame, .level = level};
    return 0;
}

/* Links a new table of level - 1 at `level`. */
static int table_link(struct space *space, uint64_t address, unsigned level, struct pt_batch *batch)
{
    uint64_t start = address & ~((1ul << (12 + 9 * (level - 1))) - 1);
    frame_t frame = table_take(level - 1);

    if (frame == NO_FRAME)
        return -ENOMEM;
    if (level == 2)
        table_users_set(frame, 1);
    int error = table_record(space, start, level - 1, frame);

    if (error) {
        table_give(level - 1, frame);
        return error;
    }
    if (!start && level == 4) { /* until now it led to the table that all spaces share */
        batch_add(batch, 0, 4, 0);
        space->low_tables = true;
    }
    batch_add(batch, start, level, frame << EXO_PAGE_SHIFT | LINK_BITS);
    if (!start && level == 3 && !space->plain)
        batch_add(batch, 0, 2, rewrite_link_low() << EXO_PAGE_SHIFT | EXO_PTE_PRESENT);
    if (!start && level == 4 && address >= SPAN_3 && !space->plain)
        return table_link(space, 0, 3, batch); /* what all spaces share at the bottom stays there */
    return 0;
}

/* Entries of the table at region that must not stay writable when it is copied or has been copied.
 */
static bool entry_copied(const struct area *area, uint64_t entry)
{
    return entry & EXO_PTE_WRITE && !(area->flags & AREA_SHARED);
}

/* The part of a table that an area covers: indices [first, stop). */
static uint32_t table_part(const struct area *area, uint64_t region, uint32_t *stop)
{
    *stop = (uint32_t)((min_of(area->end, region + SPAN_2) - region) / PAGE_SIZE);
    return (uint32_t)((max_of(area->start, region) - region) / PAGE_SIZE);
}

/* The last user of a table that was shared: pages that others have taken a count of are copied on
 * write. */
static void table_reclaim(struct space *space, uint64_t region, frame_t frame)
{
    const volatile uint64_t *table = pte_table(region);
    struct pt_batch batch;
    uint64_t end = region + SPAN_2;
    uint32_t stop;

    batch_start(&batch, space->root);
    for (uint32_t i = area_index(space, region); i < space->count && space->area[i].start < end;
         i++) {
        struct area *area = &space->area[i];

        for (uint32_t at = table_part(area, region, &stop); at < stop; at++) {
            uint64_t entry = table[at];

            if (entry & EXO_PTE_PRESENT && entry_copied(area, entry) &&
                frame_users(pte_frame(entry)) > 1)
                batch_add(&batch, region + at * PAGE_SIZE, 1,
                          entry & ~(uint64_t)(EXO_PTE_WRITE | EXO_PTE_USER));
        }
    }
    batch_add(&batch, region, 2, 0);
    batch_add(&batch, region, 2, frame << EXO_PAGE_SHIFT | LINK_BITS);
    batch_flush(&batch);
}

static void table_copy(struct space *space, uint64_t region, frame_t to)
{
    const volatile uint64_t *table = pte_table(region);
    struct pt_batch batch;
    struct exo_pte *next = batch.entry;
    const struct row_view rows = row_view();
    uint64_t end = region + SPAN_2;
    uint32_t count = 0;
    uint32_t stop;

    batch_start(&batch, space->root);
    *next++ = (struct exo_pte){.address = region | 2};
    *next++ = (struct exo_pte){.address = region | 2, .entry = to << EXO_PAGE_SHIFT | LINK_BITS};
    for (uint32_t i = area_index(space, region); i < space->count && space->area[i].start < end;
         i++) {
        const struct area *area = &space->area[i];
        uint64_t lost = area->flags & AREA_SHARED ? EXO_PTE_USER : EXO_PTE_USER | EXO_PTE_WRITE;

        for (uint32_t at = table_part(area, region, &stop); at < stop; at++) {
            uint64_t entry = table[at];

            if (!(entry & EXO_PTE_PRESENT))
                continue;
            frame_hold_in(rows, pte_frame(entry));
            entry &= ~lost;
            if (next < batch.entry + EXO_PT_BATCH_MAX) {
                *next++ = (struct exo_pte){.address = (region + at * PAGE_SIZE) | 1, .entry = entry};
                continue;
            }
            kept_at[count] = (uint16_t)at; /* the table is read to its end before it is taken out */
            kept[count++] = entry;
        }
    }
    batch.count = (uint32_t)(next - batch.entry);
    for (uint32_t i = 0; i < count; i++)
        batch_add(&batch, region + kept_at[i] * PAGE_SIZE, 1, kept[i]);
    batch_flush(&batch);
}

int table_own(struct space *space, uint64_t address)
{
    uint64_t region = address & ~(SPAN_2 - 1);
    frame_t old = table_frame(address);

    if (table_users(old) == 1) {
        table_reclaim(space, region, old);
        space->known = address / SPAN_2 + 1;
        return 0;
    }
    frame_t new = table_take(1);

    if (new == NO_FRAME)
        return -ENOMEM;
    table_copy(space, region, new);
    table_users_set(old, table_users(old) - 1);
    table_users_set(new, 1);
    for (uint32_t i = 0; i < space->table_count; i++)
        if (space->table[i].frame == old)
            space->table[i].frame = new;
    space->known = address / SPAN_2 + 1;
    return 0;
}

int tables_own(struct space *space, uint64_t start, uint64_t end)
{
    for (uint64_t at = start, stop; at < end; at = stop) {
        bool present;

        stop = table_stretch(at, end, &present);
        if (present && table_shared(at)) {
            int error = table_own(space, at);

            if (error)
                return error;
        }
    }
    return 0;
}

int tables_ensure(struct space *space, uint64_t address, struct pt_batch *batch)
{
    if (table_known(space, address))
        return 0;
    unsigned depth = table_depth(address);
    int error = depth == 1 && table_shared(address) ? table_own(space, address) : 0;

    if (depth == 1 && !error)
        space->known = address / SPAN_2 + 1;
    if (depth == 1)
        return error;
    for (; depth > 1 && !error; depth--)
        error = table_link(space, address, depth, batch);
    return error;
}

/* Takes one level-1 table out of the space: it is empty, or another space goes on with it. */
static void table_leave(struct space *space, uint64_t region)
{
    struct pt_batch batch;
    uint32_t i = 0;

    space->known = 0;
    while (space->table[i].address != region || space->table[i].level != 1)
        i++;
    frame_t frame = space->table[i].frame;

    batch_start(&batch, space->root);
    batch_add(&batch, region, 2, 0);
    batch_flush(&batch);
    if (table_users(frame) > 1)
        table_users_set(frame, table_users(frame) - 1);
    else
        table_give(1, frame);
    /* In order: a table's record comes after that of the table above it. */
    space->table_count--;
    memmove(&space->table[i], &space->table[i + 1],
            (space->table_count - i) * sizeof space->table[0]);
}

/* Shared tables that lie in [start, end) as a whole need no copy to be forgotten. */
static void tables_leave_shared(struct space *space, uint64_t start, uint64_t end)
{
    struct pte_walk walk =
        pte_walk_start((start + SPAN_2 - 1) & ~(SPAN_2 - 1), end & ~(SPAN_2 - 1));

    for (; pte_walk_table(&walk); walk.at = walk.known) {
        uint64_t region = walk.at;

        if (!table_shared(region) || table_users(table_frame(region)) == 1)
            continue;
        for (uint64_t a = region; a < region + SPAN_2; a += PAGE_SIZE)
            space->resident -= pte_load(a) & EXO_PTE_PRESENT;
        table_leave(space, region);
    }
}

void tables_leave_empty(struct space *space, uint64_t start, uint64_t end)
{
    struct pte_walk walk =
        pte_walk_start(start & ~(SPAN_2 - 1), (end + SPAN_2 - 1) & ~(SPAN_2 - 1));

    if (space->table_count == space->bare)
        return;
    for (; pte_walk_table(&walk); walk.at = walk.known) {
        uint32_t index = area_index(space, walk.at);

        if (index == space->count || space->area[index].start >= walk.known)
            table_leave(space, walk.at);
    }
}

/* Those behind one level-1 table, which is the space's own. */
static void pages_drop_within(struct space *space, uint64_t start, uint64_t end,
                              struct pt_batch *batch)
{
    const volatile uint64_t *table = pte_table(start) + start / PAGE_SIZE % 512;

    for (uint64_t i = 0; i < (end - start) / PAGE_SIZE; i++) {
        uint64_t entry = table[i];

        if (!(entry & EXO_PTE_PRESENT))
            continue;
        batch_add(batch, start + i * PAGE_SIZE, 1, 0);
        /* The frame is not reused before the batch is flushed: nothing allocates in between. */
        frame_drop(pte_frame(entry));
        space->resident--;
    }
}

/* Is a page there? REQUIRES that [start, end) lies behind one table, which is there. */
static bool pages_any(uint64_t start, uint64_t end)
{
    const volatile uint64_t *table = pte_table(start) + start / PAGE_SIZE % 512;

    for (uint64_t i = (end - start) / PAGE_SIZE; i--;) /* of a stack the highest is the first */
        if (table[i] & EXO_PTE_PRESENT)
            return true;
    return false;
}

/* one: a part of what is behind one table, which is there. */
static __attribute__((noinline)) int pages_drop_there(struct space *space, uint64_t start,
                                                      uint64_t end, bool one)
{
    struct pt_batch batch;
    int error = 0;

    if (!one) {
        tables_leave_shared(space, start, end);
        error = tables_own(space, start, end);
    } else if (!table_known(space, start) && table_shared(start)) {
        error = table_own(space, start);
    }
    if (error)
        return error;
    batch_start(&batch, space->root);
    for (uint64_t at = start, stop = end; at < end; at = stop) {
        bool present = true;

        if (!one)
            stop = table_stretch(at, end, &present);
        if (present)
            pages_drop_within(space, at, stop, &batch);
    }
    batch_flush(&batch);
    return 0;
}

int pages_drop(struct space *space, uint64_t start, uint64_t end)
{
    bool one = !((start ^ (end - 1)) & ~(SPAN_2 - 1)) && end - start < SPAN_2;
    bool known = table_known(space, start);

    if (space->table_count == space->bare)
        return 0; /* nothing was ever mapped: a space that exec is preparing */
    if (space->parked_count)
        unpark_pages(space, start, end);
    if (one && !known && table_depth(start) > 1)
        return 0;
    if (one && !known && !table_shared(start))
        space->known = start / SPAN_2 + 1;
    if (one && !pages_any(start, end))
        return 0;
    return pages_drop_there(space, start, end, one);
}

/* Drops the pages of one level-1 table that nobody else uses, and empties it. False: it has many, and is not empty. */
static bool table_drain(struct space *space, uint64_t region, struct pt_batch *batch)
{
    const volatile uint64_t *table = pte_table(region);
    uint64_t end = region + SPAN_2;
    uint32_t left = EMPTY_BY_ENTRY_MAX;
    const struct row_view rows = row_view();
    uint32_t stop;

    for (uint32_t i = area_index(space, region); i < space->count && space->area[i].start < end;
         i++)
        for (uint32_t at = table_part(&space->area[i], region, &stop); at < stop; at++) {
            uint64_t entry = table[at];

            if (!(entry & EXO_PTE_PRESENT))
                continue;
            frame_drop_in(rows, pte_frame(
                entry)); /* not reused before the tables are out: nothing allocates meanwhile */
            if (!left)
                continue;
            left--;
            batch_add(batch, region + at * PAGE_SIZE, 1, 0);
        }
    return left;
}

/* The root leads to the shared low tables again: it is kept for another space. */
static void low_link(struct pt_batch *batch)
{
    if (rewrite_link() != NO_FRAME)
        batch_add(batch, 0, 4, rewrite_link() << EXO_PAGE_SHIFT | EXO_PTE_PRESENT);
}

/* Takes all user entries and tables out; the space is the current one. */
static void space_empty(struct space *space)
{
    struct pt_batch batch;
    bool keep = skeleton_fits(space);
    uint32_t kept_count = 0;

    batch_start(&batch, space->root);
    for (uint32_t i = 0; i < space->table_count; i++) {
        struct table_record *record = &space->table[i];

        if (record->level != 1 || table_users(record->frame) > 1)
            continue;
        record->scrap = !table_drain(space, record->address, &batch);
    }
    /* Upper tables were recorded before lower ones: unlink backwards. */
    for (uint32_t i = space->table_count; i--;) {
        if (keep && space->table[i].level > 1)
            continue;
        if (!space->table[i].address && space->table[i].level == 2 && !space->plain)
            batch_add(&batch, 0, 2, 0);
        batch_add(&batch, space->table[i].address, space->table[i].level + 1, 0);
        if (!space->table[i].address && space->table[i].level == 3)
            low_link(&batch);
    }
    batch_flush(&batch);
    for (uint32_t i = 0; i < space->table_count; i++) {
        const struct table_record *record = &space->table[i];

        if (keep && record->level > 1)
            space->table[kept_count++] = *record;
        else if (record->level == 1 && table_users(record->frame) > 1)
            table_users_set(record->frame, table_users(record->frame) - 1);
        else if (record->scrap)
            table_scrap(record->frame);
        else
            table_give(record->level, record->frame);
    }
    space->table_count = kept_count;
    space->known = 0;
    if (space->parked_count)
        unpark_pages(space, 0, USER_END);
}

void space_hold(struct space *space)
{
    space->users++;
}

uint32_t space_users(const struct space *space)
{
    return space->users;
}

void space_drop(struct space *space)
{
    if (!--space->users)
        space_destroy(space);
}

void space_destroy(struct space *space)
{
    struct vcpu *vcpu = this_vcpu();
    struct space *back = vcpu->space == space ? NULL : vcpu->space;

    if (space->table_count) {
        space_switch(space);
        space_empty(space);
    }
    /* A root that is kept can stay loaded until the next space is: there is nothing of a program behind it. */
    if (back || !space->table_count || instance_many)
        space_switch(back);
    else
        vcpu->space = NULL;
    if (space->plain && !space->low_tables) {
        struct pt_batch batch;

        batch_start(&batch, space->root);
        low_link(&batch);
        batch_flush(&batch);
    }
    if (space->table_count)
        skeleton_give(space);
    else
        table_give(4, space->root);
    rewrite_space_end(space);
    area_remove(space, 0, USER_END);
    list_remove(&space->all);
    if (space->table != space->table_inline)
        heap_free(space->table);
    heap_free(space->area);
    heap_free(space->parked);
    heap_free(space);
}

/* --- Fork ----------------------------------------------------------------------------------------
 */

/* Where the linking of a parent's tables into the child has come to. */
struct fork_walk {
    struct space *parent, *child;
    struct pt_batch own, batch; /* changes of the parent, of the child */
    uint64_t seen[4];           /* 1 + where the child's last table of the level begins */
};

static bool fork_has(struct fork_walk *walk, uint64_t start, unsigned level)
{
    if (walk->seen[level] == start + 1)
        return true;
    for (uint32_t i = 0; i < walk->child->table_count; i++)
        if (walk->child->table[i].address == start && walk->child->table[i].level == level)
            return true;
    return false;
}

static int fork_upper(struct fork_walk *walk, uint64_t address)
{
    for (unsigned level = 3; level > 1; level--) {
        uint64_t start = address & ~((1ul << (12 + 9 * level)) - 1);

        if (!fork_has(walk, start, level)) {
            int error = table_link(walk->child, address, level + 1, &walk->batch);

            if (error)
                return error;
        }
        walk->seen[level] = start + 1;
    }
    return 0;
}

/* Shares one level-1 table: both links without the write right. */
static int fork_table(struct fork_walk *walk, const struct table_record *record)
{
    uint64_t link = record->frame << EXO_PAGE_SHIFT | EXO_PTE_PRESENT;
    int error = fork_upper(walk, record->address);

    if (!error)
        error = table_record(walk->child, record->address, 1, record->frame);
    if (error)
        return error;
    walk->parent->known = 0;
    if (!table_shared(record->address)) {
        batch_add(&walk->own, record->address, 2, 0);
        batch_add(&walk->own, record->address, 2, link);
    }
    batch_add(&walk->batch, record->address, 2, link);
    table_users_set(record->frame, table_users(record->frame) + 1);
    return 0;
}

/* Both sides write here as soon as they run: the stack, and what fs points to. Sharing the table would only put its copy off. */
static bool fork_writes(uint64_t region)
{
    return (current()->regs->rsp ^ region) < SPAN_2 || (fs_base_current() ^ region) < SPAN_2;
}

/* Gives the child a table of its own for the same pages, which neither side may write now. */
static int fork_copy(struct fork_walk *walk, uint64_t region)
{
    const volatile uint64_t *table = pte_table(region);
    const struct row_view rows = row_view();
    struct space *parent = walk->parent;
    bool own = !table_shared(region);
    frame_t to = table_take(1);
    int error = to == NO_FRAME ? -ENOMEM : fork_upper(walk, region);

    if (!error)
        error = table_record(walk->child, region, 1, to);
    if (error) {
        if (to != NO_FRAME)
            table_give(1, to);
        return error;
    }
    table_users_set(to, 1);
    batch_add(&walk->batch, region, 2, to << EXO_PAGE_SHIFT | LINK_BITS);
    for (uint32_t i = area_index(parent, region);
         i < parent->count && parent->area[i].start < region + SPAN_2; i++) {
        const struct area *area = &parent->area[i];
        uint64_t lost = area->flags & AREA_SHARED ? EXO_PTE_USER : EXO_PTE_USER | EXO_PTE_WRITE;
        uint32_t stop;

        for (uint32_t at = table_part(area, region, &stop); at < stop; at++) {
            uint64_t entry = table[at];

            if (!(entry & EXO_PTE_PRESENT))
                continue;
            frame_hold_in(rows, pte_frame(entry));
            batch_add(&walk->batch, region + at * PAGE_SIZE, 1, entry & ~lost);
            if (own && entry & lost & EXO_PTE_WRITE)
                batch_add(&walk->own, region + at * PAGE_SIZE, 1, entry & ~lost);
        }
    }
    return 0;
}

/* Pages that the child must not have (MADV_DONTFORK, MADV_WIPEONFORK): its tables become its own, without them. */
static void fork_forget(struct space *parent, struct space *child)
{
    for (uint32_t i = 0; i < parent->count; i++)
        if (parent->area[i].flags & (AREA_NOFORK | AREA_WIPE)) {
            space_switch(child);
            (void)pages_drop(child, parent->area[i].start, parent->area[i].end);
            space_switch(parent);
        }
}

static int fork_areas(struct space *parent, struct space *child)
{
    child->area = heap_alloc(parent->capacity * sizeof child->area[0]);
    if (!child->area)
        return -ENOMEM;
    child->capacity = parent->capacity;
    memcpy(child->area, parent->area, parent->count * sizeof child->area[0]);
    child->count = parent->count;
    for (uint32_t i = child->count; i--;) {
        struct area *area = &child->area[i];

        area->flags &= ~(uint32_t)AREA_LOCKED;
        if (area->flags & AREA_NOFORK) {
            child->pages_mapped -= (area->end - area->start) / PAGE_SIZE;
            memmove(area, area + 1, (--child->count - i) * sizeof *area);
        } else if (area->file) {
            file_hold(area->file);
        }
    }
    return 0;
}

int space_fork(struct space *parent, struct space **out)
{
    struct fork_walk walk; /* not its batches: they are long */
    struct space *child;
    int error = space_create(&child);

    walk.parent = parent;
    memset(walk.seen, 0, sizeof walk.seen);

    if (error)
        return error;
    rewrite_fork(parent, child);
    child->brk_start = parent->brk_start;
    child->brk = parent->brk;
    child->mmap_top = parent->mmap_top;
    child->pages_mapped = parent->pages_mapped;
    child->resident = parent->resident;
    error = fork_areas(parent, child);
    if (!error)
        error = parked_fork(parent, child);
    walk.child = child;
    batch_start(&walk.own, parent->root);
    batch_start(&walk.batch, child->root);
    for (uint32_t i = 0; !error && i < parent->table_count; i++)
        if (parent->table[i].level == 1)
            error = fork_writes(parent->table[i].address)
                        ? fork_copy(&walk, parent->table[i].address)
                        : fork_table(&walk, &parent->table[i]);
    batch_flush(&walk.batch);
    batch_flush(&walk.own); /* last: the kernel remembers the table that it found, and the parent's stack is written next */
    if (!error)
        fork_forget(parent, child);
    if (error) {
        space_destroy(child);
        return error;
    }
    *out = child;
    return 0;
}
