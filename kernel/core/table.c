/* SPDX-License-Identifier: MIT */
/*
 * table.c - page tables: the hardware's own, written only here.
 *
 * Invariants (under memory_lock):
 *   1. A level-n entry that is a link names a table frame of level n - 1, and that table's `links` counts it.
 *   2. A leaf names data or upcall frames of the linker's domain (or below), exposed frames read-only, or a
 *      claimed device's registers; each named frame's `references` counts it.
 *   3. When a call that removes rights returns, no CPU can use the old entry.
 *   4. Users write entries of the lower half only; the kernel's half is the same in every root.
 * The kernel composes every entry itself from an allow-list of bits.
 * Not here: what to map where, copy-on-write, demand paging. Libraries do that on traps.
 */
#include "core/table.h"
#include "core/calls.h"
#include "core/env.h"
#include "core/ucopy.h"

#ifdef __has_attribute
#define UNINITIALIZED __attribute__((uninitialized))
#endif
#define DESTROY_LARGE_MAX 8 /* 2 MiB leaves taken apart by one table_destroy */

bool (*device_covers)(const struct cap *cap, uint64_t frame);
void (*device_count)(uint64_t frame, int change);

static uint64_t entry_frame(uint64_t entry)
{
    return (entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
}

static uint32_t table_index(uint64_t address, uint32_t level)
{
    return (uint32_t)(address >> (12 + 9 * (level - 1))) & (TABLE_ENTRIES - 1);
}

/*
 * The entry for address at `level` under root: its slot in the window, or NULL if a table is missing. *shared: some
 * table on the way is linked from more than one place, so other spaces see the same entry.
 */
static inline uint64_t *table_walk(uint64_t root, uint64_t address, uint32_t level, uint64_t *table,
                                   bool *shared)
{
    uint64_t frame = root;
    bool many = false;

    for (uint32_t l = 4; l > level; l--) {
        uint64_t entry = ((uint64_t *)frame_window(frame))[table_index(address, l)];

        if (!(entry & EXO_PTE_PRESENT) || (entry & EXO_PTE_LARGE))
            return NULL;
        frame = entry_frame(entry);
        many |= frame_table[frame].links > 1;
    }
    *table = frame;
    *shared = many;
    return (uint64_t *)frame_window(frame) + table_index(address, level);
}

/*
 * The page table that the last level-1 entry went to. Batches mostly fill neighbouring pages: the walk and the
 * check of the table's guard are then done once. Forgotten whenever an upper level or the space changes.
 */
struct cursor {
    uint64_t root;
    uint64_t region; /* address >> 21 */
    uint64_t table;  /* 0: none */
    bool shared;     /* it, or a table above it, is linked from several places */
};

int table_resolve(uint64_t root, uint64_t address, uint64_t *frame)
{
    uint64_t table;
    bool shared;

    for (uint32_t level = 1; level <= 2; level++) {
        uint64_t *slot = table_walk(root, address, level, &table, &shared);

        if (!slot || !(*slot & EXO_PTE_PRESENT))
            continue;
        if (level == 2 && !(*slot & EXO_PTE_LARGE))
            continue;
        *frame = entry_frame(*slot);
        if (level == 2)
            *frame += (address >> EXO_PAGE_SHIFT) & (LARGE_FRAMES - 1);
        if (*frame >= frame_count || frame_table[*frame].kind == EXO_FRAME_NONE)
            return EXO_E_FAULT; /* device registers are not memory */
        return 0;
    }
    return EXO_E_FAULT;
}

/* --- Flushing ------------------------------------------------------------------------------------ */

void mail_answer(void)
{
    struct cpu *cpu = this_cpu();

    if (atomic_load_explicit(&cpu->flush, memory_order_acquire)) {
        arch_flush_all();
        atomic_store_explicit(&cpu->flush, 0, memory_order_release);
    }
}

void lock_spin(_Atomic uint32_t *taken)
{
    do {
        while (atomic_load_explicit(taken, memory_order_relaxed)) {
            mail_answer();
            cpu_relax();
        }
    } while (atomic_exchange_explicit(taken, 1, memory_order_acquire));
}

void table_shoot_down(uint64_t root)
{
    struct cpu *self = this_cpu();
    uint64_t asked = 0;

    /* Pairs with arch_switch: a CPU publishes its root before it loads it, so either it is seen here or it
     * loads the new tables. */
    atomic_thread_fence(memory_order_seq_cst);
    for (uint32_t c = 0; c < cpu_count; c++) {
        struct cpu *cpu = cpu_by_index(c);
        uint64_t theirs = atomic_load(&cpu->root);

        if (cpu == self || !theirs || (root && theirs != root))
            continue;
        atomic_store_explicit(&cpu->flush, 1, memory_order_release);
        arch_kick(c);
        asked |= 1ull << c;
    }
    for (uint32_t c = 0; asked >> c; c++) {
        struct cpu *cpu = cpu_by_index(c);

        while ((asked >> c & 1) && atomic_load_explicit(&cpu->flush, memory_order_acquire)) {
            mail_answer(); /* it may be waiting for us */
            cpu_relax();
        }
    }
}

/* --- Checking ------------------------------------------------------------------------------------ */

/* May `cap` map this one frame with these bits? 0 or EXO_E_*. */
static inline int leaf_frame_check(const struct cap *cap, uint64_t frame, uint64_t entry)
{
    if (frame >= frame_count || frame_table[frame].kind == EXO_FRAME_NONE)
        return device_covers && device_covers(cap, frame) ? 0 : EXO_E_RANGE;

    const struct exo_frame *row = &frame_table[frame];
    struct path guard = frame_guard_path(row);

    return leaf_frame(row->kind, row->references, row->flags, path_dominates(&cap->path, &guard),
                      row->flags & EXO_FRAME_FLAG_PUBLIC || cap->rights & EXO_RIGHT_OBSERVE,
                      entry & EXO_PTE_WRITE);
}

static inline int leaf_check(const struct cap *cap, uint32_t level, uint64_t entry)
{
    uint64_t frame = entry_frame(entry);
    uint64_t count = level == 2 ? LARGE_FRAMES : 1;
    int error = leaf_bits(entry, level, cap->rights);

    for (uint64_t f = frame; !error && f < frame + count; f++)
        error = leaf_frame_check(cap, f, entry);
    return error;
}

static int link_check(const struct cap *cap, uint32_t level, uint64_t entry)
{
    int error = 0;
    uint64_t frame = entry_frame(entry);

    if (entry & ~(uint64_t)PTE_LINK_BITS)
        return EXO_E_ARG;
    if (!(cap->rights & EXO_RIGHT_WRITE))
        return EXO_E_RIGHT;

    struct exo_frame *row = frame_dominated(frame, cap, &error);

    return row ? link_frame(row->kind, row->level, row->links, level) : error;
}

/* --- Counting ------------------------------------------------------------------------------------ */

static inline void count_entry(uint64_t entry, uint32_t level, int change)
{
    uint64_t frame = entry_frame(entry);

    if (!(entry & EXO_PTE_PRESENT))
        return;
    if (!entry_is_leaf(entry, level)) {
        frame_table[frame].links = (uint16_t)(frame_table[frame].links + change);
        return;
    }
    uint64_t end = frame + (level == 2 ? LARGE_FRAMES : 1);

    for (; frame < end; frame++) {
        if (frame < frame_count && frame_table[frame].kind != EXO_FRAME_NONE)
            frame_table[frame].references += (uint32_t)change;
        else if (device_count)
            device_count(frame, change);
    }
}

/* The slot that a request names, and its table, checked. NULL with *error. */
static inline uint64_t *slot_find(const struct cap *cap, uint64_t root, uint64_t address,
                                  uint32_t level, struct cursor *cursor, int *error)
{
    if (level == 1 && cursor->table && cursor->root == root && cursor->region == address >> 21)
        return (uint64_t *)frame_window(cursor->table) + table_index(address, 1);

    uint64_t table = 0;
    bool shared = false;
    uint64_t *slot = table_walk(root, address, level, &table, &shared);

    cursor->shared = shared;
    if (!slot) {
        *error = EXO_E_NONE;
        return NULL;
    }
    if (!frame_dominated(table, cap, error))
        return NULL;
    *cursor = (struct cursor){
        .root = root, .region = address >> 21, .table = level == 1 ? table : 0, .shared = shared};
    return slot;
}

/* What stands in the way of this new entry: 0 or EXO_E_*. */
static inline int entry_check(const struct cap *cap, uint32_t level, uint64_t old, uint64_t entry)
{
    if (!(entry & EXO_PTE_PRESENT)) {
        if (entry & ~(uint64_t)PTE_ABSENT_BITS)
            return EXO_E_ARG;
        return cap->rights & EXO_RIGHT_READ ? 0 : EXO_E_RIGHT;
    }
    if (level == 1)
        return leaf_check(cap, 1, entry);
    if (level > 2 && entry & EXO_PTE_LARGE)
        return EXO_E_ARG;
    bool leaf = entry & EXO_PTE_LARGE;
    int error = leaf ? leaf_check(cap, level, entry) : link_check(cap, level, entry);

    if (error)
        return error;
    return entry_replace_ok(old, entry, level) ? 0 : EXO_E_EXISTS;
}

/* Other bits for a page that keeps its frame: nothing is counted, and only a new right to write asks for the frame's row. */
static inline int entry_change(const struct cap *cap, uint64_t *slot, uint64_t entry,
                               const struct cursor *cursor, uint32_t *flush)
{
    int error = leaf_bits(entry, 1, cap->rights);

    if (!error && entry & ~*slot & EXO_PTE_WRITE)
        error = leaf_frame_check(cap, entry_frame(entry), entry);
    if (error)
        return error;
    entry |= EXO_PTE_USER;
    uint64_t old = atomic_exchange((_Atomic uint64_t *)slot, entry);

    *flush |= entry_flush(old, entry, 1, cursor->shared);
    return 0;
}

static inline int write_at(const struct cap *cap, uint64_t root, const struct exo_pte *request,
                           struct cursor *cursor, uint32_t *flush)
{
    uint32_t level = request->address & EXO_PT_LEVEL;
    uint64_t address = request->address & ~(uint64_t)(EXO_PAGE_SIZE - 1);
    uint64_t entry = request->entry;
    int error = 0;

    if (!entry_place_ok(address, level, request->address & 0xff0))
        return EXO_E_ARG;
    uint64_t *slot = slot_find(cap, root, address, level, cursor, &error);

    if (!slot)
        return error;
    if (level == 1 && entry_keeps_frame(*slot, entry))
        return entry_change(cap, slot, entry, cursor, flush);
    error = entry_check(cap, level, *slot, entry);
    if (error)
        return error;
    if (entry & EXO_PTE_PRESENT) {
        entry |= EXO_PTE_USER;
        count_entry(entry, level, 1);
    }
    uint64_t old =
        atomic_exchange((_Atomic uint64_t *)slot, entry); /* the CPU may set A and D meanwhile */

    if (old & EXO_PTE_PRESENT) {
        count_entry(old, level, -1);
        *flush |= entry_flush(old, entry, level, cursor->shared);
    }
    return 0;
}

int table_write(const struct cap *cap, uint64_t root, const struct exo_pte *request,
                uint32_t *flush)
{
    struct cursor cursor = {.table = 0};

    return write_at(cap, root, request, &cursor, flush);
}

/* --- Calls --------------------------------------------------------------------------------------- */

/* The root table frame if cap dominates it. REQUIRES(memory_lock). */
static int root_check(const struct cap *cap, uint64_t root)
{
    int error = 0;
    struct exo_frame *row = frame_dominated(root, cap, &error);

    if (!row)
        return error;
    return row->kind == EXO_FRAME_TABLE && row->level == 4 ? 0 : EXO_E_KIND;
}

static void flush_after(uint64_t root, uint64_t address, uint32_t flush)
{
    uint64_t current = atomic_load_explicit(&this_cpu()->root, memory_order_relaxed);

    if (flush & ENTRY_FLUSH_ALL)
        arch_flush_all();
    else if (flush & ENTRY_FLUSH_LOCAL && root == current)
        arch_flush_page(address & ~(uint64_t)(EXO_PAGE_SIZE - 1));
}

struct call_result call_pt_update(struct env *self, uint32_t slot, uint64_t root, uint64_t batch,
                                  uint64_t count)
{
    struct exo_pte request[EXO_PT_BATCH_MAX] UNINITIALIZED; /* what is used is copied in first */
    struct cursor cursor = {.table = 0};
    struct cap cap;
    uint64_t remote_root = root;
    bool remote = false;
    uint64_t done = 0;
    int error = -cap_get(self->cap, slot, 0, &cap);

    if (!error)
        error = ucopy_in(request, batch, count * sizeof request[0]);
    if (error)
        return call_error(error);
    lock_take(&memory_lock);
    error = root_check(&cap, root);
    for (; !error && done < count; done++) {
        uint32_t flush = 0;

        if (request[done].address & EXO_PT_SPACE) {
            root = request[done].entry;
            error = root_check(&cap, root);
        } else {
            error = write_at(&cap, root, &request[done], &cursor, &flush);
        }
        if (error)
            break;
        if (!flush)
            continue;
        flush_after(root, request[done].address, flush);
        if (!(flush & ENTRY_FLUSH_REMOTE))
            continue;
        if (flush & ENTRY_FLUSH_ALL || (remote && remote_root != root))
            remote_root = 0; /* more than one space: all of them */
        else if (!remote)
            remote_root = root;
        remote = true;
    }
    if (remote)
        table_shoot_down(remote_root);
    lock_drop(&memory_lock);
    return error ? call_error_at(error, done) : call_ok((int64_t)done);
}

struct call_result call_table_create(struct env *self, uint32_t slot, uint64_t frame,
                                     uint64_t level)
{
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);

    bool dma = level & EXO_TABLE_DMA;

    level &= ~(uint64_t)EXO_TABLE_DMA;
    if (!error && (!level || level > (dma ? arch_dma_levels : 4)))
        error = EXO_E_ARG;
    if (error)
        return call_error(error);
    lock_take(&memory_lock);
    struct exo_frame *row = frame_dominated(frame, &cap, &error);

    if (row)
        error = frame_take(frame, row, dma ? EXO_FRAME_DMA : EXO_FRAME_TABLE);
    if (row && !error) {
        row->level = (uint8_t)level;
        if (dma)
            arch_dma_written(frame_window(frame), EXO_PAGE_SIZE);
        else if (level == 4)
            arch_root_init(frame);
    }
    lock_drop(&memory_lock);
    return error ? call_error(error) : call_ok(0);
}

/* Empties the user part of a table; false when it stopped early to stay bounded. */
static bool table_clear(uint64_t frame, uint32_t level)
{
    uint64_t *entries = frame_window(frame);
    uint32_t end = level == 4 ? TABLE_USER_HALF : TABLE_ENTRIES;
    uint32_t large = 0;

    for (uint32_t i = 0; i < end; i++) {
        if (!entries[i])
            continue;
        if (level == 2 && entries[i] & EXO_PTE_LARGE && ++large > DESTROY_LARGE_MAX)
            return false;
        count_entry(entries[i], level, -1);
        entries[i] = 0;
    }
    return true;
}

/* Is this root still in some CPU's CR3? An env that left it may have been the last to run there. */
static bool root_loaded(uint64_t root)
{
    for (uint32_t c = 0; c < cpu_count; c++)
        if (atomic_load(&cpu_by_index(c)->root) == root)
            return true;
    return false;
}

bool table_end(uint64_t frame)
{
    uint8_t level = frame_table[frame].level;

    if ((level == 4 && root_loaded(frame)) || !table_clear(frame, level))
        return false;
    frame_give_back(frame);
    return true;
}

uint64_t table_replace(uint64_t *slot, uint32_t level, uint64_t entry)
{
    uint64_t old = atomic_exchange((_Atomic uint64_t *)slot, entry);

    count_entry(entry, level, 1);
    count_entry(old, level, -1);
    arch_dma_written(slot, sizeof *slot); /* it may be a device's */
    return old;
}

struct call_result call_table_destroy(struct env *self, uint32_t slot, uint64_t frame)
{
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);

    if (error)
        return call_error(error);
    lock_take(&memory_lock);
    struct exo_frame *row = frame_dominated(frame, &cap, &error);

    if (row && row->kind != EXO_FRAME_TABLE && row->kind != EXO_FRAME_DMA)
        error = EXO_E_KIND;
    else if (row && (row->links || row->references || (row->level == 4 && root_loaded(frame))))
        error = EXO_E_BUSY;
    else if (row && !table_end(frame))
        error = EXO_E_AGAIN;
    lock_drop(&memory_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_space_switch(struct env *self, uint32_t slot, uint64_t root)
{
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);

    if (error)
        return call_error(error);
    lock_take(&memory_lock);
    error = root_check(&cap, root);
    if (!error) {
        frame_table[self->root].references--;
        frame_table[root].references++;
        self->root = root;
    }
    lock_drop(&memory_lock);
    if (error)
        return call_error(error);
    arch_load_root(root);
    return call_ok(0);
}
