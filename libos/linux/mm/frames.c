/* SPDX-License-Identifier: MIT */
/*
 * frames.c - the instance's memory in 4 KiB frames: a buddy allocator with use counts.
 *
 * init hands over runs of frames. Whole 2 MiB chunks enter the linear map one at a time, as they
 * are needed, each with one large page-table entry; the ragged ends of runs and chunks from the top
 * of memory serve as page tables (tables.c), which must never be mapped. One row of 8 bytes a frame
 * holds its use count or, while a frame is out of the linear map, a chain link. Invariants: 1. a
 * free block of order o is aligned to 2^o and its row says FREE and o; its list node lies in it.
 *             2. a frame in `hot` is free, of order 0, and in no block list; likewise blocks in `stacks`.
 */
#include "libos/linux/mm/internal.h"
#include "libos/linux/mm/pagetable.h"

#define ORDER_MAX    13 /* 32 MiB */
#define CHUNK_FRAMES 512
#define HOT_MAX      128
#define STACK_ORDER  2 /* of task stacks: a fork takes what the last exit gave */
#define STACKS_MAX   16

enum row_state {
    ROW_ABSENT,
    ROW_UNMAPPED,
    ROW_FREE,
    ROW_USED,
    ROW_FOREIGN
};

struct frame_row {
    uint32_t count; /* users; chain link while unmapped */
    uint8_t state;  /* enum row_state */
    uint8_t order;
    uint16_t reserved;
};

struct frame_range {
    frame_t next, end;
};

static struct frame_row *rows;
static frame_t row_first, row_end;
static struct frame_range chunks[INSTANCE_RUN_MAX]; /* whole chunks not yet in the linear map */
static struct frame_range fragments[2 * INSTANCE_RUN_MAX]; /* the ends */
static unsigned chunk_ranges, fragment_ranges;
static struct list free_blocks[ORDER_MAX + 1];
static frame_t hot[HOT_MAX];
static uint32_t hot_count;
static frame_t stacks[STACKS_MAX]; /* blocks of STACK_ORDER that are in no list; their rows say used */
static uint32_t stack_count;
static uint64_t total, available;

static struct frame_row *row_of(frame_t frame)
{
    return &rows[frame - row_first];
}

uint64_t frames_total(void)
{
    return total;
}

uint64_t frames_available(void)
{
    return available;
}

void frame_chain_set(frame_t frame, frame_t next)
{
    row_of(frame)->count = (uint32_t)next;
}

frame_t frame_chain_get(frame_t frame)
{
    return row_of(frame)->count;
}

frame_t frames_fragment_take(void)
{
    while (fragment_ranges) {
        struct frame_range *range = &fragments[fragment_ranges - 1];

        if (range->next < range->end) {
            available--;
            return range->next++;
        }
        fragment_ranges--;
    }
    return NO_FRAME;
}

frame_t chunk_take_top(void)
{
    while (chunk_ranges) {
        struct frame_range *range = &chunks[chunk_ranges - 1];

        if (range->next < range->end) {
            range->end -= CHUNK_FRAMES;
            available -= CHUNK_FRAMES;
            return range->end;
        }
        chunk_ranges--;
    }
    return NO_FRAME;
}

/* --- The linear map ------------------------------------------------------------------------------
 */

static int linear_link(uint64_t address, unsigned level)
{
    frame_t table = table_take(level - 1);

    if (table == NO_FRAME)
        return -ENOMEM;
    struct exo_pte link = {.address = address | level,
                           .entry = table << EXO_PAGE_SHIFT | LINK_BITS};

    if (exo_pt_update(SLOT_MEMORY, this_vcpu()->root, &link, 1) != 1)
        panic("kernel refuses a table of the linear map at %lx", (long)address);
    return 0;
}

int linear_map(frame_t first, uint64_t count, uint64_t bits)
{
    frame_t end = first + count;

    while (first < end) {
        uint64_t address = INSTANCE_LINEAR_ADDRESS + first * PAGE_SIZE;
        bool large = !(first % CHUNK_FRAMES) && end - first >= CHUNK_FRAMES;
        unsigned level = large ? 2 : 1;
        int error = 0;

        for (unsigned depth = table_depth(address); !error && depth > level; depth--)
            error = linear_link(address & ~((1ul << (12 + 9 * (depth - 1))) - 1), depth);
        if (error)
            return error;
        struct exo_pte leaf = {.address = address | level,
                               .entry = first << EXO_PAGE_SHIFT | bits | EXO_PTE_PRESENT |
                                        EXO_PTE_ACCESSED | EXO_PTE_DIRTY |
                                        (large ? EXO_PTE_LARGE : 0)};
        int64_t result = exo_pt_update(SLOT_MEMORY, this_vcpu()->root, &leaf, 1);

        if (result != 1)
            panic("kernel refuses frame %lx in the linear map: error %ld", (long)first,
                  (long)-result);
        first += large ? CHUNK_FRAMES : 1;
    }
    return 0;
}

static uint64_t linear_bits(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;

    return EXO_PTE_WRITE | (machine->features & EXO_FEATURE_NX ? EXO_PTE_NO_EXECUTE : 0);
}

/* --- Blocks --------------------------------------------------------------------------------------
 */

static void block_put(frame_t frame, unsigned order)
{
    while (order < ORDER_MAX) {
        frame_t buddy = frame ^ (1ul << order);

        if (buddy < row_first || buddy >= row_end || row_of(buddy)->state != ROW_FREE ||
            row_of(buddy)->order != order)
            break;
        list_remove(frame_address(buddy));
        row_of(buddy)->state = ROW_USED; /* no longer the head of a block */
        frame &= ~(1ul << order);
        order++;
    }
    row_of(frame)->state = ROW_FREE;
    row_of(frame)->order = (uint8_t)order;
    list_add_head(&free_blocks[order], frame_address(frame));
}

static bool grow(void)
{
    for (unsigned i = 0; i < chunk_ranges; i++) {
        struct frame_range *range = &chunks[i];

        if (range->next >= range->end)
            continue;
        frame_t first = range->next;

        range->next += CHUNK_FRAMES;
        if (linear_map(first, CHUNK_FRAMES, linear_bits())) {
            range->next -= CHUNK_FRAMES;
            return false;
        }
        for (frame_t f = first; f < first + CHUNK_FRAMES; f++)
            *row_of(f) = (struct frame_row){.state = ROW_USED};
        block_put(first, 9);
        return true;
    }
    return false;
}

static void hot_drain(uint32_t keep)
{
    while (hot_count > keep)
        block_put(hot[--hot_count], 0);
}

/* A block of at least the order; NO_FRAME: none. *found: its order. */
static frame_t block_get(unsigned order, unsigned *found)
{
    for (;;) {
        for (unsigned o = order; o <= ORDER_MAX; o++) {
            if (list_empty(&free_blocks[o]))
                continue;
            struct list *node = free_blocks[o].next;

            list_remove(node);
            *found = o;
            return address_frame(node);
        }
        if (grow())
            continue;
        if (stack_count) {
            block_put(stacks[--stack_count], STACK_ORDER);
            continue;
        }
        if (!hot_count || !order)
            return NO_FRAME;
        hot_drain(0);
    }
}

frame_t frames_alloc(unsigned order)
{
    frame_t frame;
    unsigned found;

    if (!order && hot_count) {
        frame = hot[--hot_count];
        row_of(frame)->count = 1;
        row_of(frame)->order = 0;
        available--;
        return frame;
    }
    if (order == STACK_ORDER && stack_count) {
        available -= 1ul << STACK_ORDER;
        frame = stacks[--stack_count];
        for (frame_t f = frame; f < frame + (1ul << STACK_ORDER); f++)
            row_of(f)->count = 1;
        return frame;
    }
    if (order > ORDER_MAX)
        return NO_FRAME;
    frame = block_get(order, &found);
    if (frame == NO_FRAME)
        return NO_FRAME;
    while (found > order) {
        found--;
        frame_t half = frame + (1ul << found);

        row_of(half)->state = ROW_FREE;
        row_of(half)->order = (uint8_t)found;
        list_add_head(&free_blocks[found], frame_address(half));
    }
    for (frame_t f = frame; f < frame + (1ul << order); f++)
        *row_of(f) = (struct frame_row){.count = 1, .state = ROW_USED};
    row_of(frame)->order = (uint8_t)order;
    available -= 1ul << order;
    return frame;
}

frame_t frame_alloc_zeroed(void)
{
    frame_t frame = frames_alloc(0);

    if (frame != NO_FRAME) {
        void *page = frame_address(frame);
        uint64_t words = PAGE_SIZE / 8;

        __asm__ volatile("rep stosq" : "+D"(page), "+c"(words) : "a"(0) : "memory");
    }
    return frame;
}

/* Is it one of the counted frames? Frames of the archive live as long as the instance. */
static struct frame_row *counted(frame_t frame)
{
    if (frame < row_first || frame >= row_end || row_of(frame)->state != ROW_USED)
        return NULL;
    return row_of(frame);
}

void frame_hold(frame_t frame)
{
    struct frame_row *row = counted(frame);

    if (row)
        row->count++;
}

uint32_t frame_users(frame_t frame)
{
    struct frame_row *row = counted(frame);

    return row ? row->count : UINT32_MAX;
}

void frame_drop(frame_t frame)
{
    struct frame_row *row = counted(frame);

    if (!row)
        return;
    if (!row->count)
        panic("frame %lx is given up twice", (long)frame);
    if (--row->count)
        return;
    available++;
    if (hot_count == HOT_MAX)
        hot_drain(HOT_MAX / 2);
    hot[hot_count++] = frame;
}

void frames_free(frame_t frame, unsigned order)
{
    for (frame_t f = frame; f < frame + (1ul << order); f++)
        row_of(f)->count = 0;
    available += 1ul << order;
    if (order == STACK_ORDER && stack_count < STACKS_MAX)
        stacks[stack_count++] = frame;
    else
        block_put(frame, order);
}

unsigned frame_block_order(frame_t frame)
{
    return row_of(frame)->order;
}

/* --- Start ---------------------------------------------------------------------------------------
 */

static void run_split(const struct instance_run *run)
{
    frame_t end = run->first + run->count;
    frame_t first = (run->first + CHUNK_FRAMES - 1) & ~(frame_t)(CHUNK_FRAMES - 1);
    frame_t last = end & ~(frame_t)(CHUNK_FRAMES - 1);

    available += run->count;
    if (first >= last) {
        fragments[fragment_ranges++] = (struct frame_range){run->first, end};
        return;
    }
    if (run->first < first)
        fragments[fragment_ranges++] = (struct frame_range){run->first, first};
    if (last < end)
        fragments[fragment_ranges++] = (struct frame_range){last, end};
    chunks[chunk_ranges++] = (struct frame_range){first, last};
}

/* Finds chunks in a row for the rows themselves, maps them, marks them used. */
static void rows_place(void)
{
    uint64_t bytes = (row_end - row_first) * sizeof(struct frame_row);
    uint64_t need = (bytes / PAGE_SIZE + CHUNK_FRAMES) / CHUNK_FRAMES * CHUNK_FRAMES;

    for (unsigned i = 0; i < chunk_ranges; i++) {
        if (chunks[i].end - chunks[i].next < need)
            continue;
        frame_t first = chunks[i].next;

        chunks[i].next += need;
        if (linear_map(first, need, linear_bits()))
            break;
        rows = frame_address(first);
        memset(rows, 0, bytes);
        frame_t used = first + (bytes + PAGE_SIZE - 1) / PAGE_SIZE;

        for (frame_t f = first; f < first + need; f++)
            *row_of(f) = (struct frame_row){.count = f < used, .state = ROW_USED};
        available -= used - first;
        for (frame_t f = used; f < first + need; f++)
            block_put(f, 0);
        return;
    }
    panic("too little memory: %lu MiB in %u runs; the instance needs 16 MiB (raise `memory` in the "
          "manifest)",
          (unsigned long)(total / 256), instance->run_count);
}

void frames_start(void)
{
    row_first = UINT64_MAX;
    for (unsigned o = 0; o <= ORDER_MAX; o++)
        list_init(&free_blocks[o]);
    for (uint32_t i = 0; i < instance->run_count && i < INSTANCE_RUN_MAX; i++) {
        const struct instance_run *run = &instance->run[i];

        if (!run->count)
            continue;
        run_split(run);
        total += run->count;
        row_first = min_of(row_first, run->first);
        row_end = max_of(row_end, run->first + run->count);
    }
    if (!total)
        panic("init gave no memory");
    rows_place();
    if (instance->archive_bytes)
        if (linear_map(instance->archive_frame,
                       (instance->archive_bytes + PAGE_SIZE - 1) / PAGE_SIZE,
                       linear_bits() & EXO_PTE_NO_EXECUTE))
            panic("too little memory for the tables of the root archive");
}
