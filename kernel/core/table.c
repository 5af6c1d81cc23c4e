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
#define ROOTS_KNOWN       4
#define PIN_LOT           64 /* frames of a 2 MiB leaf checked and pinned with interrupts off */

static uint64_t entry_frame(uint64_t entry)
{
    return (entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
}

static uint32_t table_index(uint64_t address, uint32_t level)
{
    return (uint32_t)(address >> (12 + 9 * (level - 1))) & (TABLE_ENTRIES - 1);
}

uint64_t *table_walk(uint64_t root, uint64_t address, uint32_t level, uint64_t *table, bool *shared)
{
    uint64_t frame = root;
    bool many = false;

    for (uint32_t l = frame_table[root].level; l > level; l--) {
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
 * The page table that a CPU's last level-1 entry went to, and a copy of the capability that was found to dominate it and its
 * root: the next entries mostly go there by the same. It holds while the slot that the capability came from has the same
 * sequence (an env cannot make that go round within its time: the cursor is forgotten when another env runs) and
 * table_epoch stands: it changes with everything else that the cursor depends on.
 */
struct cursor {
    const struct cap *slot, *only; /* NULL: none; only: the same if there is one CPU and the table is not shared. First: slice.c */
    const struct cap *switcher; /* likewise: slot by which the roots in known may be switched to */
    uint64_t switch_epoch, known[ROOTS_KNOWN];
    uint32_t switch_sequence;
    _Atomic uint64_t *entries;
    uint64_t base; /* of the first entry: address | level */
    uint64_t root, epoch;
    struct cap cap;
    uint64_t denied; /* bits that an entry may not have without a second look */
    uint32_t row; /* kind, flags and depth of most frames that it names: data under its own path */
    bool shared;  /* the table, or one above it, is linked from several places */
};
_Static_assert(sizeof(struct cursor) <= sizeof((struct cpu *)NULL)->cursor, "room for it");
uint64_t table_epoch;

static inline struct cursor *cursor_here(void)
{
    return (struct cursor *)this_cpu()->cursor;
}

int table_resolve(uint64_t root, uint64_t address, uint64_t *frame)
{
    uint64_t table;
    bool shared;
    uint64_t *slot = table_walk(root, address, 1, &table, &shared);
    uint32_t level = slot ? 1 : 2;

    if (!slot)
        slot = table_walk(root, address, 2, &table, &shared);
    if (!slot || !(*slot & EXO_PTE_PRESENT) || !entry_is_leaf(*slot, level))
        return EXO_E_FAULT;
    *frame = entry_frame(*slot);
    if (level == 2)
        *frame += table_index(address, 1);
    /* device registers are not memory */
    return *frame < frame_count && frame_table[*frame].kind != EXO_FRAME_NONE ? 0 : EXO_E_FAULT;
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

struct spinlock lock_of_rank[LOCK_RANKS];

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
        return device_covers(cap, frame) ? 0 : EXO_E_RANGE;

    const struct exo_frame *row = &frame_table[frame];

    return leaf_frame(row->kind, row->references, row->flags, frame_under(row, &cap->path),
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
    else
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

static void leaf_unpin(uint64_t first, uint64_t end) /* REQUIRES(memory_lock) */
{
    for (uint64_t f = first; f < end; f++)
        count_frame(f, -1);
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
        if (error)
            leaf_unpin(first, f);
        lock_drop(&memory_lock);
        call_pause();
    }
    return error;
}

/* --- Calls --------------------------------------------------------------------------------------- */

/* Is this root in the CR3 of some CPU other than `self`? An env that left it may have been the last to run there. */
static inline bool root_loaded(uint64_t root, const struct cpu *self)
{
    bool loaded = false;

    for (uint32_t c = 0; c < cpu_count; c++)
        loaded |= cpu_by_index(c)->root == root && cpu_by_index(c) != self;
    return loaded;
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

#define ROW_BITS(kind, flags, depth)                                                               \
    ((uint32_t)(kind) | (uint32_t)(flags) << 16 |                                                  \
     (uint32_t)(depth) << 24) /* kind, level, flags, depth */

/* Plain memory under the capability's own path: what nearly all entries name. For all else there is leaf_check. */
static inline bool plain(const struct cursor *c, const struct exo_frame *row)
{
    uint32_t bits UNINITIALIZED;

    __builtin_memcpy(&bits, &row->kind, sizeof bits);
    return (bits & ROW_BITS(0xff, EXO_FRAME_FLAG_TAKEN, 0xff)) == c->row &&
           row->guard[0] == c->cap.path.part[0] && row->guard[1] == c->cap.path.part[1];
}

static inline void row_pin(struct exo_frame *row, int change)
{
    __atomic_fetch_add(&row->references, (uint32_t)change, __ATOMIC_RELAXED);
}

/* Does an entry name memory? Its row. */
static inline bool memory_row(uint64_t entry, struct exo_frame **row)
{
    *row = &frame_table[entry_frame(entry)];
    return entry_frame(entry) < frame_count && (*row)->kind != EXO_FRAME_NONE;
}

/* What to flush after a leaf was written over a present one: at the end, or now. */
static inline void leaf_flush(const struct cursor *c, uint64_t address, uint64_t old,
                              uint64_t entry, bool current, struct flushes *due)
{
    if (due)
        flush_note(due, c->root, address, entry_flush(old, entry, 1, c->shared));
    else if (current)
        arch_flush_page(address);
}

/*
 * Entries of pages in a row in the cursor's table, as write_leaf does them, but only what is common: plain memory over nothing
 * or over itself, and nothing over memory. How many: it stops before the first one that is something else, or another CPU's
 * now, or whose A or D the CPU set meanwhile. due: NULL if no other CPU or space need hear of it. REQUIRES(memory_lock,
 * shared at least).
 */
static inline __attribute__((always_inline)) uint64_t
write_plain(const struct cursor *c, _Atomic uint64_t *at, uint64_t address, uint64_t entry,
            uint64_t count, bool current, struct flushes *due)
{
    _Atomic uint64_t *const first = at, *const end = at + count;
    struct exo_frame *row, *before = NULL; /* of what was present */
    uint64_t old;

    if (!(entry & EXO_PTE_PRESENT)) {
        for (; at < end && !(entry & ~(uint64_t)PTE_ABSENT_BITS); at++, address += EXO_PAGE_SIZE) {
            old = atomic_load_explicit(at, memory_order_relaxed);
            if (old & EXO_PTE_PRESENT && !memory_row(old, &before))
                break;
            if (!atomic_compare_exchange_strong(at, &old, entry))
                break;
            if (!(old & EXO_PTE_PRESENT))
                continue;
            row_pin(before, -1);
            leaf_flush(c, address, old, entry, current, due);
        }
        return (uint64_t)(at - first);
    }
    if (entry & c->denied || !range_ok(entry_frame(entry), count, frame_count))
        return 0;
    entry |= EXO_PTE_USER;
    row = &frame_table[entry_frame(entry)];
    address -= entry; /* both move in step */
    for (; at < end; at++, entry += EXO_PAGE_SIZE, row++) {
        old = atomic_load_explicit(at, memory_order_relaxed);
        if (!((old ^ entry) & (EXO_PTE_FRAME | EXO_PTE_PRESENT))) {
            /* It keeps its frame: nothing is counted, and only a new right to write asks for the row. */
            if (!(old & EXO_PTE_WRITE) && entry & EXO_PTE_WRITE && !plain(c, row))
                break;
            if (!atomic_compare_exchange_strong(at, &old, entry))
                break;
            leaf_flush(c, entry + address, old, entry, current, due);
        } else {
            if ((old & EXO_PTE_PRESENT && !memory_row(old, &before)) || !plain(c, row) ||
                row->references >= REFERENCES_MAX)
                break;
            row_pin(row, 1); /* before somebody else can take it out */
            if (!atomic_compare_exchange_strong(at, &old, entry)) {
                row_pin(row, -1);
                break;
            }
            if (!(old & EXO_PTE_PRESENT))
                continue;
            row_pin(before, -1);
            leaf_flush(c, entry + address, old, entry, current, due);
        }
    }
    return (uint64_t)(at - first);
}

/*
 * A 4 KiB entry in the cursor's table, by the capability of the cursor: 0 or EXO_E_*. Several CPUs may do this at a time, also
 * to one entry. REQUIRES(memory_lock, shared at least).
 */
static __attribute__((noinline)) int write_leaf(const struct cursor *c, _Atomic uint64_t *slot,
                                                uint64_t address, uint64_t entry,
                                                struct flushes *due)
{
    int error = entry & EXO_PTE_PRESENT              ? leaf_check(&c->cap, 1, entry)
                : entry & ~(uint64_t)PTE_ABSENT_BITS ? EXO_E_ARG
                                                     : 0;

    if (error)
        return error;
    entry |= entry & EXO_PTE_PRESENT ? EXO_PTE_USER : 0;
    count_entry(entry, 1, 1);
    uint64_t old = atomic_exchange(slot, entry); /* the CPU may set A and D meanwhile */

    count_entry(old, 1, -1);
    flush_note(due, c->root, address, entry_flush(old, entry, 1, c->shared));
    return 0;
}

/* Where in the cursor's table the entry for address | 1 is: TABLE_ENTRIES or more: not there, or no such address. */
static inline uint64_t cursor_index(const struct cursor *c, uint64_t address)
{
    uint64_t index = address - c->base;

    return index >> EXO_PAGE_SHIFT | index << (64 - EXO_PAGE_SHIFT);
}

/* Does the cursor, which was made for this slot, still hold, and for this root? REQUIRES(memory_lock, shared at least). */
static inline bool cursor_holds(const struct cursor *c, const struct cap *slot, uint64_t root)
{
    return c->root == root && c->epoch == table_epoch &&
           c->cap.sequence == atomic_load_explicit(&slot->sequence, memory_order_acquire);
}

/* Requests in the cursor's table, until there is another one, or one is refused; how many were done. */
static inline uint64_t write_run(const struct cursor *c, const struct exo_pte *request,
                                 uint64_t count, struct flushes *due, int *error)
{
    const bool current = c->root == atomic_load_explicit(&this_cpu()->root, memory_order_relaxed);
    const struct exo_pte *const first = request, *const end = request + count;

    for (; request < end; request++) {
        uint64_t index = cursor_index(c, request->address);
        _Atomic uint64_t *at = &c->entries[index];

        if (index >= TABLE_ENTRIES)
            break;
        if (c->only ? write_plain(c, at, request->address, request->entry, 1, current, NULL)
                    : write_plain(c, at, request->address, request->entry, 1, current, due))
            continue;
        *error = write_leaf(c, at, request->address, request->entry, due);
        if (*error)
            break;
    }
    return (uint64_t)(request - first);
}

/* Does the capability dominate this root table? 0 or EXO_E_*. REQUIRES(memory_lock, shared at least). */
static int root_check(const struct cap *cap, uint64_t root)
{
    return table_check(cap, root, EXO_FRAME_TABLE, 4);
}

/* Makes the cursor that of the table for address | 1: 0 or EXO_E_*. REQUIRES(memory_lock, shared at least). */
static int cursor_set(struct cursor *c, const struct cap *slot, uint64_t root, uint64_t address)
{
    uint64_t table = 0;
    int error = 0;

    c->slot = c->only = NULL;
    c->cap.sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    if ((error = -cap_copy(slot, 0, &c->cap)) || (error = root_check(&c->cap, root)))
        return error;
    if (!entry_place_ok(address & ~1ul, 1, address & 0xff0))
        return EXO_E_ARG;
    uint64_t *entry = table_walk(root, address, 1, &table, &c->shared);

    if (!entry)
        return EXO_E_NONE;
    if (!frame_dominated(table, &c->cap, &error))
        return error;
    if (!(c->cap.rights & EXO_RIGHT_READ))
        return EXO_E_RIGHT;
    c->entries = frame_window(table);
    c->base = (address & ~(uint64_t)(LARGE_FRAMES * EXO_PAGE_SIZE - 1)) | 1;
    c->root = root;
    c->epoch = table_epoch;
    c->denied = ~PTE_LEAF_BITS |
                (rights_within(EXO_RIGHT_WRITE | EXO_RIGHT_WX, c->cap.rights) ? 0 : EXO_PTE_WRITE);
    c->row = ROW_BITS(EXO_FRAME_DATA, 0, c->cap.path.depth);
    c->slot = slot;
    c->only = cpu_count == 1 && !c->shared ? slot : NULL;
    return 0;
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

/* An entry above level 1; the frames of a 2 MiB leaf are counted already. 0 or EXO_E_*. REQUIRES(memory_lock). */
static int write_upper(const struct cap *cap, uint64_t root, uint64_t address, uint64_t entry,
                       struct flushes *due)
{
    uint32_t level = address & EXO_PT_LEVEL;
    bool present = entry & EXO_PTE_PRESENT, large = entry & EXO_PTE_LARGE, shared;
    uint64_t table = 0;
    int error = root_check(cap, root);

    if (error)
        return error;
    if (!entry_place_ok(address & ~(uint64_t)EXO_PT_LEVEL, level, address & 0xff0))
        return EXO_E_ARG;
    uint64_t *at = table_walk(root, address, level, &table, &shared);

    if (!at)
        return EXO_E_NONE;
    if (!frame_dominated(table, cap, &error))
        return error;
    if ((level > 2 && large) || (!present && entry & ~(uint64_t)PTE_ABSENT_BITS))
        return EXO_E_ARG;
    if (present)
        error = large ? leaf_check(cap, level, entry) : link_check(cap, level, entry);
    else if (!(cap->rights & EXO_RIGHT_READ))
        error = EXO_E_RIGHT;
    if (!error && present && !entry_replace_ok(*at, entry, level))
        error = EXO_E_EXISTS;
    if (error)
        return error;
    entry |= present ? EXO_PTE_USER : 0;
    if (!large)
        count_entry(entry, level, 1);
    /* the CPU may set A and D meanwhile */
    uint64_t old = atomic_exchange((_Atomic uint64_t *)at, entry);

    count_entry(old, level, -1);
    flush_note(due, root, address, entry_flush(old, entry, level, shared));
    return 0;
}

/* The same from memory_lock held as *alone says to memory_lock alone. */
static int update_upper(const struct cap *slot, uint64_t root, uint64_t address, uint64_t entry,
                        struct flushes *due, bool *alone)
{
    bool pins = (address & EXO_PT_LEVEL) == 2 && entry & EXO_PTE_PRESENT && entry & EXO_PTE_LARGE;
    struct cap cap;
    int error = -cap_copy(slot, 0, &cap);

    if (error)
        return error;
    if (pins || !*alone) {
        update_end(due, *alone);
        if (pins)
            error = leaf_pin(&cap, entry);
        lock_take(&memory_lock);
        *alone = true;
    }
    if (error)
        return error;
    error = write_upper(&cap, root, address, entry, due);
    if (error && pins)
        leaf_unpin(entry_frame(entry), entry_frame(entry) + LARGE_FRAMES);
    return error;
}

/* Those of level 1 are done with memory_lock shared, the others, and those that follow, alone. */
int table_update(const struct cap *slot, uint64_t root, const struct exo_pte *request,
                 uint64_t count, uint64_t *done)
{
    struct cursor *const c = cursor_here();
    struct flushes due = {0};
    bool alone = false;
    int error = 0;

    lock_share(&memory_lock);
    while (!error && *done < count) {
        uint64_t address = request[*done].address, entry = request[*done].entry;
        struct cap cap;

        if (address & EXO_PT_SPACE) {
            root = entry;
            if (!(error = -cap_copy(slot, 0, &cap)) && !(error = root_check(&cap, root)))
                ++*done;
        } else if ((address & EXO_PT_LEVEL) != 1) {
            error = update_upper(slot, root, address, entry, &due, &alone);
            bool link = entry & EXO_PTE_PRESENT && !(entry & EXO_PTE_LARGE);

            if (!error && (++*done % PAUSE_LOT == 0 || ((address & EXO_PT_LEVEL) == 2 && !link))) {
                update_end(&due, true); /* it may have been 512 frames */
                call_pause();
                lock_share(&memory_lock);
                alone = false;
            }
        } else if (c->slot != slot || !cursor_holds(c, slot, root) ||
                   cursor_index(c, address) >= TABLE_ENTRIES) {
            error = cursor_set(c, slot, root, address);
        } else {
            *done += write_run(c, request + *done, count - *done, &due, &error);
        }
    }
    update_end(&due, alone);
    return error;
}

struct call_result call_pt_update(struct env *self, uint32_t slot, uint64_t root, uint64_t batch,
                                  uint64_t count)
{
    struct exo_pte request[EXO_PT_BATCH_MAX] UNINITIALIZED; /* what is used is copied in first */
    uint64_t done = 0;
    int error = ucopy_in(request, batch, count * sizeof request[0]);

    if (!error)
        error = table_update(&self->cap[slot], root, request, count, &done);
    return error ? call_error_at(error, done) : call_ok((int64_t)done);
}

/* pt_write in general. */
static __attribute__((noinline)) struct call_result
write_row(uint64_t cap, uint64_t root, uint64_t address, uint64_t entry, uint64_t count)
{
    const struct cap *const slot = &env_current()->cap[cap % EXO_CAP_SLOTS];
    struct cursor *const c = cursor_here();
    const bool leaf = (address & EXO_PT_LEVEL) == 1;
    const bool current = root == atomic_load_explicit(&this_cpu()->root, memory_order_relaxed);
    const uint64_t step = (entry & EXO_PTE_PRESENT) << EXO_PAGE_SHIFT;
    struct flushes due = {0};
    uint64_t done = 0;
    int error = 0;

    if (cap >= EXO_CAP_SLOTS || count - 1 >= EXO_PT_BATCH_MAX || address & EXO_PT_SPACE ||
        (count > 1 && !leaf))
        return call_error(EXO_E_ARG);
    for (uint32_t turn = 1; !error && done < count; turn++) {
        uint64_t now = 0;

        lock_share(&memory_lock);
        if (leaf && (c->slot != slot || cursor_index(c, address) >= TABLE_ENTRIES ||
                     !cursor_holds(c, slot, root)))
            error = cursor_set(c, slot, root, address);
        if (leaf && !error) {
            uint64_t index = cursor_index(c, address), end = TABLE_ENTRIES - index;
            _Atomic uint64_t *at = &c->entries[index];

            now = count - done < end ? count - done : end;
            const bool quiet = c->only || (!c->shared && !root_loaded(root, this_cpu()));

            now = quiet ? write_plain(c, at, address, entry, now, current, NULL)
                        : write_plain(c, at, address, entry, now, current, &due);
            if (quiet && !c->only && root_loaded(root, this_cpu())) /* since then */
                due = (struct flushes){.remote = true, .remote_root = root};
            if (!now)
                now = !(error = write_leaf(c, at, address, entry, &due));
        }
        update_end(&due, false);
        if (!leaf)
            error = table_update(slot, root, &(struct exo_pte){address, entry}, 1, &now);
        done += now;
        address += now * EXO_PAGE_SIZE;
        entry += now * step;
        if (turn % PAUSE_LOT == 0)
            call_pause();
    }
    return error ? call_error_at(error, done) : call_ok((int64_t)done);
}

/* The short way: one entry in the table of the last one. It calls no function, so nothing has to be kept for its return. */
static inline bool write_one(const struct cap *slot, uint64_t root, uint64_t address,
                             uint64_t entry)
{
    const struct cpu *cpu = this_cpu();
    const struct cursor *c = cursor_here();
    uint64_t index = cursor_index(c, address);
    bool current = root == atomic_load_explicit(&cpu->root, memory_order_relaxed), done = false;

    if (index >= TABLE_ENTRIES || !lock_try_share(&memory_lock))
        return false;
    if (c->only == slot) {
        done = cursor_holds(c, slot, root) &&
               write_plain(c, &c->entries[index], address, entry, 1, current, NULL);
    } else if (c->slot == slot && !c->shared && !root_loaded(root, cpu)) {
        done = cursor_holds(c, slot, root) &&
               write_plain(c, &c->entries[index], address, entry, 1, current, NULL);
        if (done && root_loaded(root, cpu)) /* since then */
            table_shoot_down(root);
    }
    lock_unshare(&memory_lock);
    return done;
}

__attribute__((optimize("omit-frame-pointer"))) struct call_result
decode_pt_write(uint64_t slot, uint64_t root, uint64_t address, uint64_t entry, uint64_t count,
                uint64_t)
{
    struct call_result result = call_ok(1);

    TEST_ONLY(call_begin());
    if (count != 1 || slot >= EXO_CAP_SLOTS ||
        !write_one(&env_current()->cap[slot], root, address, entry))
        result = write_row(slot, root, address, entry, count);
    TEST_ONLY(call_end(0x24));
    return result;
}

struct call_result call_table_create(struct env *, const struct cap *cap, uint64_t frame,
                                     uint64_t level)
{
    bool dma = level & EXO_TABLE_DMA;
    int error = 0;

    level &= ~(uint64_t)EXO_TABLE_DMA;
    if (!level || level > (dma ? arch_dma_levels : 4))
        return call_error(EXO_E_ARG);
    lock_take(&memory_lock);
    struct exo_frame *row = frame_dominated(frame, cap, &error);

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
    uint32_t end = level == 4 ? TABLE_USER_HALF : TABLE_ENTRIES, large = 0;

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

bool table_end(uint64_t frame)
{
    uint8_t level = frame_table[frame].level;

    table_epoch++;
    if ((level == 4 && root_loaded(frame, NULL)) || !table_clear(frame, level))
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

struct call_result call_table_destroy(struct env *, const struct cap *cap, uint64_t frame)
{
    int error = 0;

    lock_take(&memory_lock);
    struct exo_frame *row = frame_dominated(frame, cap, &error);

    if (row && row->kind != EXO_FRAME_TABLE && row->kind != EXO_FRAME_DMA)
        error = EXO_E_KIND;
    else if (row && (row->links || row->references || (row->level == 4 && root_loaded(frame, NULL))))
        error = EXO_E_BUSY;
    else if (row && !table_end(frame))
        error = EXO_E_AGAIN;
    lock_drop(&memory_lock);
    return error ? call_error(error) : call_ok(0);
}

/* What it found out about a root by the capability in this slot is remembered: 0 or EXO_E_*. REQUIRES(memory_lock, shared at least). */
static __attribute__((noinline)) int root_learn(struct cursor *c, const struct cap *slot,
                                                uint64_t root)
{
    struct cap cap;
    uint32_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    int error = -cap_copy(slot, EXO_RIGHT_WRITE, &cap);

    if (error || (error = root_check(&cap, root)))
        return error;
    if (c->switcher != slot || c->switch_sequence != sequence || c->switch_epoch != table_epoch)
        for (uint32_t i = 0; i < ROOTS_KNOWN; i++)
            c->known[i] = EXO_FOREVER;
    c->switcher = slot;
    c->switch_sequence = sequence;
    c->switch_epoch = table_epoch;
    c->known[root % ROOTS_KNOWN] = root;
    return 0;
}

struct call_result call_space_switch(struct env *self, uint32_t slot, uint64_t root)
{
    const struct cap *cap = &self->cap[slot];
    struct cursor *c = cursor_here();
    int error = 0;

    lock_share(&memory_lock);
    if (c->switcher != cap || c->switch_epoch != table_epoch ||
        c->known[root % ROOTS_KNOWN] != root ||
        c->switch_sequence != atomic_load_explicit(&cap->sequence, memory_order_acquire))
        error = root_learn(c, cap, root);
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
