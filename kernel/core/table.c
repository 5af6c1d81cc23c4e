/* SPDX-License-Identifier: MIT */
/*
 * table.c - page tables: the hardware's own, written only here.
 *
 * Invariants (under memory_lock; while it is shared, CPUs change level-1 entries and reference counts by atomic operations, and
 * free frames become data: what entries may name stays so, and upper levels stand still):
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
#define DESTROY_LARGE_MAX 2  /* 2 MiB leaves taken apart by one table_destroy */
#define PAUSE_LOT         16 /* requests that are not ordinary, with interrupts off */
#define PIN_LOT           64 /* frames of a 2 MiB leaf checked and pinned with interrupts off */

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
 * The page table that a CPU's last level-1 entry went to: the next ones mostly go there, too. Its capability was found to
 * dominate root and table; whatever could change that, or the way to the table, changes table_epoch.
 */
struct cursor {
    uint64_t *entries; /* NULL: none */
    uint64_t base;     /* of the first entry: address | level */
    uint64_t root;
    uint64_t epoch;
    struct path path;
    bool shared; /* the table, or one above it, is linked from several places */
} __attribute__((aligned(64)));

static struct cursor cursors[EXO_CPU_MAX];
static uint64_t table_epoch; /* changed by who has memory_lock alone */

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

/* The frames of a 2 MiB leaf were checked before: leaf_pin. */
static inline int leaf_check(const struct cap *cap, uint32_t level, uint64_t entry)
{
    int error = leaf_bits(entry, level, cap->rights);

    return error || level == 2 ? error : leaf_frame_check(cap, entry_frame(entry), entry);
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

/* One more present leaf (1), or less (-1), names this memory or device register. */
static inline void count_frame(uint64_t frame, int change)
{
    if (frame < frame_count && frame_table[frame].kind != EXO_FRAME_NONE)
        frame_pin(frame, change);
    else if (device_count)
        device_count(frame, change);
}

static inline void count_entry(uint64_t entry, uint32_t level, int change)
{
    uint64_t frame = entry_frame(entry);

    if (!(entry & EXO_PTE_PRESENT))
        return;
    if (!entry_is_leaf(entry, level)) {
        frame_table[frame].links = (uint16_t)(frame_table[frame].links + change);
        table_epoch++;
        return;
    }
    uint64_t end = frame + (level == 2 ? LARGE_FRAMES : 1);

    for (; frame < end; frame++)
        count_frame(frame, change);
}

static void leaf_unpin(uint64_t first, uint64_t end)
{
    lock_take(&memory_lock);
    for (uint64_t f = first; f < end; f++)
        count_frame(f, -1);
    lock_drop(&memory_lock);
}

/*
 * The frames that a 2 MiB leaf is to name are checked and counted in lots, before the leaf is written: in between nothing
 * can be done to those that are. 0, or an error and no frame is counted. No lock held.
 */
static int leaf_pin(const struct cap *cap, uint64_t entry)
{
    uint64_t first = entry_frame(entry), f = first;
    int error = leaf_bits(entry, 2, cap->rights);

    while (!error && f < first + LARGE_FRAMES) {
        lock_take(&memory_lock);
        do {
            error = leaf_frame_check(cap, f, entry);
            if (!error)
                count_frame(f++, 1);
        } while (!error && f % PIN_LOT);
        lock_drop(&memory_lock);
        call_pause();
    }
    if (error)
        leaf_unpin(first, f);
    return error;
}

/* The slot that a request names, and its table, checked. NULL with *error. */
static uint64_t *slot_find(const struct cap *cap, uint64_t root, uint64_t address, uint32_t level,
                           struct cursor *cursor, int *error)
{
    uint64_t table = 0;
    uint64_t *slot = table_walk(root, address, level, &table, &cursor->shared);

    cursor->entries = NULL;
    if (!slot) {
        *error = EXO_E_NONE;
        return NULL;
    }
    if (!frame_dominated(table, cap, error))
        return NULL;
    if (level == 1) {
        cursor->entries = frame_window(table);
        cursor->base = (address & ~(uint64_t)(LARGE_FRAMES * EXO_PAGE_SIZE - 1)) | 1;
        cursor->root = root;
        cursor->epoch = table_epoch;
        cursor->path = cap->path;
    }
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

static int write_at(const struct cap *cap, uint64_t root, const struct exo_pte *request,
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
    error = entry_check(cap, level, *slot, entry);
    if (error)
        return error;
    if (entry & EXO_PTE_PRESENT) {
        entry |= EXO_PTE_USER;
        if (level != 2 || !(entry & EXO_PTE_LARGE)) /* those of a 2 MiB leaf are counted: leaf_pin */
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
    struct cursor cursor = {.entries = NULL};

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

/* What is left to flush at the end of an update. */
struct flushes {
    bool all, remote;
    uint64_t remote_root; /* 0: several */
};

static inline void flush_note(struct flushes *due, uint64_t root, uint64_t address, uint32_t flush)
{
    if (flush & ENTRY_FLUSH_ALL)
        due->all = true;
    else if (flush && root == atomic_load_explicit(&this_cpu()->root, memory_order_relaxed))
        arch_flush_page(address & ~(uint64_t)(EXO_PAGE_SIZE - 1));
    if (!(flush & ENTRY_FLUSH_REMOTE))
        return;
    due->remote_root = due->all || (due->remote && due->remote_root != root) ? 0 : root;
    due->remote = true;
}

/* What the capability of an update and its CPU come to for ordinary requests: computed once. */
struct ordinary {
    const struct cap *cap;
    uint64_t guard[2]; /* of most frames that it names: its own path */
    uint32_t row;      /* kind, flags and depth of such a frame */
    uint64_t denied;   /* bits that no entry may have */
    bool here_only;    /* no other CPU needs to hear of it */
};

#define ROW_BITS(kind, flags, depth)                                                               \
    ((uint32_t)(kind) | (uint32_t)(flags) << 16 | (uint32_t)(depth) << 24) /* kind, level, flags, depth */

/* Plain memory that the capability dominates: what nearly all entries name. For all else there is leaf_frame_check. */
static inline bool plain_frame(const struct ordinary *o, uint64_t frame)
{
    if (frame >= frame_count)
        return false;
    const struct exo_frame *row = &frame_table[frame];
    uint32_t bits;

    __builtin_memcpy(&bits, &row->kind, sizeof bits);
    if (row->references >= REFERENCES_MAX)
        return false;
    if ((bits & ROW_BITS(0xff, EXO_FRAME_FLAG_TAKEN, 0xff)) == o->row &&
        row->guard[0] == o->guard[0] && row->guard[1] == o->guard[1])
        return true;
    struct path guard = frame_guard_path(row);

    return (bits & ROW_BITS(0xff, EXO_FRAME_FLAG_TAKEN, 0)) == ROW_BITS(EXO_FRAME_DATA, 0, 0) &&
           path_dominates(&o->cap->path, &guard);
}

/*
 * Ordinary requests: 4 KiB entries in the cursor's table that name plain memory, or nothing, by a capability with the read
 * right. Does what write_at would do and stops before the first one that is not ordinary; how many it did. Several CPUs may
 * do this at a time, also to one entry. REQUIRES(memory_lock, shared at least).
 */
static inline uint64_t write_ordinary(const struct ordinary *o, const struct cursor *cursor,
                                      const struct exo_pte *request, uint64_t count,
                                      struct flushes *due)
{
    const uint64_t base = cursor->base, root = cursor->root;
    const bool shared = cursor->shared;
    const bool current = root == atomic_load_explicit(&this_cpu()->root, memory_order_relaxed);
    const bool simple = o->here_only && !shared;
    _Atomic uint64_t *const entries = (_Atomic uint64_t *)cursor->entries;
    const struct exo_pte *const first = request, *const end = request + count;

    for (; request < end; request++) {
        uint64_t index = request->address - base;
        uint64_t entry = request->entry;

        index = index >> EXO_PAGE_SHIFT | index << (64 - EXO_PAGE_SHIFT);
        if (index >= TABLE_ENTRIES)
            break;
        _Atomic uint64_t *slot = &entries[index];
        uint64_t old;

        if (!(entry & EXO_PTE_PRESENT)) {
            if (entry & ~(uint64_t)PTE_ABSENT_BITS)
                break;
            old = atomic_exchange(slot, entry); /* the CPU may set A and D meanwhile */
            if (!(old & EXO_PTE_PRESENT))
                continue;
            count_frame(entry_frame(old), -1);
        } else {
            old = atomic_load_explicit(slot, memory_order_relaxed);
            if (entry & o->denied)
                break;
            if (!((old ^ entry) & (EXO_PTE_FRAME | EXO_PTE_PRESENT))) {
                /* It keeps its frame: nothing is counted, and only a new right to write asks for the row. */
                if (entry & ~old & EXO_PTE_WRITE && !plain_frame(o, entry_frame(entry)))
                    break;
                entry |= EXO_PTE_USER;
                if (!atomic_compare_exchange_strong(slot, &old, entry))
                    break;
            } else {
                if (!plain_frame(o, entry_frame(entry)))
                    break;
                frame_pin(entry_frame(entry), 1);
                entry |= EXO_PTE_USER;
                old = atomic_exchange(slot, entry);
                if (!(old & EXO_PTE_PRESENT))
                    continue;
                count_frame(entry_frame(old), -1);
            }
        }
        if (!simple)
            flush_note(due, root, request->address, entry_flush(old, entry, 1, shared));
        else if (current && old != entry)
            arch_flush_page(request->address);
    }
    return (uint64_t)(request - first);
}

/* Makes the cursor that of an ordinary request elsewhere. False: it is one already, or the request is none. */
static bool cursor_move(const struct cap *cap, uint64_t root, uint64_t address, struct cursor *cursor)
{
    uint64_t base = (address & ~(uint64_t)(LARGE_FRAMES * EXO_PAGE_SIZE - 1)) | 1;
    int error = 0;

    return (address & (EXO_PAGE_SIZE - 1)) == 1 && address < EXO_USER_END &&
           (!cursor->entries || cursor->base != base) &&
           slot_find(cap, root, address, 1, cursor, &error);
}

/* No CPU uses what was removed any more; then the lock goes. */
static inline void update_end(struct flushes *due, bool alone)
{
    if (due->all)
        arch_flush_all();
    if (due->remote && cpu_count > 1)
        table_shoot_down(due->remote_root);
    *due = (struct flushes){0};
    if (alone)
        lock_drop(&memory_lock);
    else
        lock_unshare(&memory_lock);
}

/*
 * The requests before the first one that is refused are done; *done: how many. Ordinary ones are done with memory_lock
 * shared, the others, and those that follow, alone.
 */
static inline int update(const struct cap *cap, uint64_t root, const struct exo_pte *request,
                         uint64_t count, uint64_t *done)
{
    struct cursor *cursor = &cursors[this_cpu()->index];
    struct ordinary ordinary = {
        .cap = cap,
        .guard = {cap->path.part[0], cap->path.part[1]},
        .row = ROW_BITS(EXO_FRAME_DATA, 0, cap->path.depth),
        .denied = ~PTE_LEAF_BITS |
                  (rights_within(EXO_RIGHT_WRITE | EXO_RIGHT_WX, cap->rights) ? 0 : EXO_PTE_WRITE),
        .here_only = cpu_count == 1};
    struct flushes due = {0};
    uint64_t pinned = 0; /* the 2 MiB leaf that comes next */
    bool alone = false;
    int error = 0;

    lock_share(&memory_lock);
    if (cursor->root != root || cursor->epoch != table_epoch ||
        cursor->path.part[0] != cap->path.part[0] || cursor->path.part[1] != cap->path.part[1] ||
        cursor->path.depth != cap->path.depth)
        cursor->entries = NULL;
    if (!cursor->entries)
        error = root_check(cap, root);
    if (!(cap->rights & EXO_RIGHT_READ))
        error = EXO_E_RIGHT;
    while (!error && *done < count) {
        uint32_t flush = 0;

        if (cursor->entries)
            *done += write_ordinary(&ordinary, cursor, request + *done, count - *done, &due);
        if (*done == count)
            break;
        uint64_t address = request[*done].address;

        if (address & EXO_PT_SPACE) {
            root = request[*done].entry;
            cursor->entries = NULL;
            error = root_check(cap, root);
        } else if (!alone && cursor_move(cap, root, address, cursor)) {
            continue;
        } else {
            uint64_t entry = request[*done].entry;

            if ((address & EXO_PT_LEVEL) == 2 && entry & EXO_PTE_PRESENT && entry & EXO_PTE_LARGE) {
                update_end(&due, alone);
                error = leaf_pin(cap, entry);
                pinned = error ? 0 : entry;
                lock_share(&memory_lock);
                alone = false;
                cursor = &cursors[this_cpu()->index];
                cursor->entries = NULL;
            }
            if (!alone) {
                lock_unshare(&memory_lock);
                lock_take(&memory_lock);
                alone = true;
                error = error ? error : root_check(cap, root);
            }
            if (!error)
                error = write_at(cap, root, &request[*done], cursor, &flush);
        }
        if (error)
            break;
        pinned = 0; /* by the entry from now on */
        flush_note(&due, root, address, flush);
        bool link = request[*done].entry & EXO_PTE_PRESENT && !(request[*done].entry & EXO_PTE_LARGE);

        ++*done;
        if (alone && (((address & EXO_PT_LEVEL) == 2 && !link) || *done % PAUSE_LOT == 0)) {
            /* It may have been 512 frames. */
            update_end(&due, true);
            call_pause();
            lock_take(&memory_lock);
            error = root_check(cap, root);
            cursor = &cursors[this_cpu()->index];
            cursor->entries = NULL;
        }
    }
    update_end(&due, alone);
    if (pinned)
        leaf_unpin(entry_frame(pinned), entry_frame(pinned) + LARGE_FRAMES);
    return error;
}

struct call_result call_pt_update(struct env *self, uint32_t slot, uint64_t root, uint64_t batch,
                                  uint64_t count)
{
    struct exo_pte request[EXO_PT_BATCH_MAX] UNINITIALIZED; /* what is used is copied in first */
    struct cap cap UNINITIALIZED;
    uint64_t done = 0;
    int error = -cap_copy(&self->cap[slot], 0, &cap);

    if (!error)
        error = ucopy_in(request, batch, count * sizeof request[0]);
    if (error)
        return call_error(error);
    error = update(&cap, root, request, count, &done);
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

    table_epoch++;
    if ((level == 4 && root_loaded(frame)) || !table_clear(frame, level))
        return false;
    frame_give_back(frame);
    return true;
}

uint64_t table_replace(uint64_t *slot, uint32_t level, uint64_t new)
{
    uint64_t old = atomic_exchange((_Atomic uint64_t *)slot, new);

    count_entry(new, level, 1);
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
    struct cap cap UNINITIALIZED;
    int error = -cap_copy(&self->cap[slot], EXO_RIGHT_WRITE, &cap);

    if (error)
        return call_error(error);
    lock_share(&memory_lock);
    error = root_check(&cap, root);
    if (!error) {
        frame_pin(self->root, -1);
        frame_pin(root, 1);
        self->root = root;
    }
    lock_unshare(&memory_lock);
    if (error)
        return call_error(error);
    arch_load_root(root);
    return call_ok(0);
}
