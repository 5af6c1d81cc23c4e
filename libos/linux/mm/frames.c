/* SPDX-License-Identifier: MIT */
/*
 * frames.c - the instance's memory in 4 KiB frames: a buddy allocator with use counts.
 *
 * init hands over runs of frames. Whole 2 MiB chunks enter the linear map one at a time, as they
 * are needed, each with one large page-table entry; the ragged ends of runs and chunks from the top
 * of memory serve as page tables (tables.c), which must never be mapped. Memory also comes and goes later:
 * frames_return gives back what init asks for (reclaim.c decides what is freed for it), frames_ask gets more; single frames
 * then leave and enter the linear map by 4 KiB entries, and chunks are split for it. One row of 8 bytes a frame
 * holds its use count or, while a frame is out of the linear map, a chain link. Invariants: 1. a
 * free block of order o is aligned to 2^o and its row says FREE and o; its list node lies in it.
 *             2. a frame in `hot` is free, of order 0, and in no block list; likewise blocks in `stacks`.
 */
#include "libos/linux/mm/internal.h"
#include "libos/linux/mm/pagetable.h"
#include "libos/linux/mm/rows.h"
#include "libos/linux/task.h"
#include "libos/linux/vcpu.h"

#define ORDER_MAX    13 /* 32 MiB */
#define CHUNK_FRAMES 512
#define HOT_ORDER    4
#define HOT_MAX      128
#define STACK_ORDER  2 /* of task stacks: a fork takes what the last exit gave */
#define STACKS_MAX   16
#define UNMAP_FRAMES 32ul /* that become page tables when no other frames are left for those */

struct frame_range {
    frame_t next, end;
};

struct frame_row *frame_rows;
frame_t row_first, row_end;
static struct frame_range chunks[INSTANCE_RUN_MAX]; /* whole chunks not yet in the linear map */
static struct frame_range fragments[2 * INSTANCE_RUN_MAX]; /* the ends */
static unsigned chunk_ranges, fragment_ranges;
static struct list free_blocks[ORDER_MAX + 1];
static frame_t hot[HOT_MAX];
static uint32_t hot_count;
static frame_t stacks[STACKS_MAX]; /* blocks of STACK_ORDER that are in no list; their frame_rows say used */
static uint32_t stack_count;
static uint64_t total, available;
static uint64_t losses; /* pages taken by force that are known of */
static bool lost; /* memory was taken by force */
static frame_t kept[EXO_GUARANTEED_MAX]; /* guaranteed frames, for tables when memory has been taken */
static uint32_t kept_count;
static frame_t spare; /* unmapped, for the table of the next chunk_split */

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

/* --- The linear map ------------------------------------------------------------------------------- */

static int linear_link(uint64_t address, unsigned level)
{
    frame_t table = table_take(level - 1);

    if (table == NO_FRAME)
        return -ENOMEM;
    struct exo_pte link = {.address = address | level,
                           .entry = table << EXO_PAGE_SHIFT | LINK_BITS};

    if (exo_pt_write(SLOT_MEMORY, this_vcpu()->root, link.address, link.entry, 1) != 1)
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
        int64_t result = exo_pt_write(SLOT_MEMORY, this_vcpu()->root, leaf.address, leaf.entry, 1);

        if (result == -EXO_E_CAP)
            return -EACCES; /* some of it was taken by force */
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

/* --- Blocks --------------------------------------------------------------------------------------- */

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

/* Of a chunk of which some was taken by force before it was used: what is left, frame by frame. */
static void chunk_rest(frame_t first)
{
    lost = true;
    for (frame_t f = first; f < first + CHUNK_FRAMES; f++) {
        if (linear_map(f, 1, linear_bits())) {
            total--;
            available--;
            continue;
        }
        *row_of(f) = (struct frame_row){.state = ROW_USED};
        block_put(f, 0);
    }
}

static bool grow(void)
{
    for (unsigned i = 0; i < chunk_ranges; i++) {
        struct frame_range *range = &chunks[i];

        if (range->next >= range->end)
            continue;
        frame_t first = range->next;

        range->next += CHUNK_FRAMES;
        int error = linear_map(first, CHUNK_FRAMES, linear_bits());

        if (error == -EACCES) {
            chunk_rest(first);
            return true;
        }
        if (error) {
            range->next -= CHUNK_FRAMES;
            return false;
        }
        for (frame_t f = first; f < first + CHUNK_FRAMES; f++)
            *row_of(f) = (struct frame_row){.state = ROW_USED};
        block_put(first, 9);
        return true;
    }
    return frames_ask();
}

/* Has memory been taken since frames_repair_all has looked? Some of it may have been free. */
bool frames_unrepaired(void)
{
    return ((const struct exo_upcall *)INSTANCE_UPCALL_ADDRESS)->repossessed != losses;
}

static void hot_drain(uint32_t keep)
{
    if (__builtin_expect(frames_unrepaired(), 0))
        frames_repair_all();
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

/* Single frames, lowest last: one block at a time is taken apart, rather than one in halves for each frame. Only when there
 * are no smaller blocks, and never by asking for memory. */
static void hot_fill(void)
{
    for (unsigned o = 0; o < HOT_ORDER; o++)
        if (!list_empty(&free_blocks[o]))
            return;
    for (unsigned o = HOT_ORDER; o <= ORDER_MAX; o++) {
        if (list_empty(&free_blocks[o]))
            continue;
        struct list *node = free_blocks[o].next;
        frame_t frame = address_frame(node);

        list_remove(node);
        for (frame_t f = frame + (1ul << HOT_ORDER); f-- > frame;) {
            *row_of(f) = (struct frame_row){.state = ROW_USED};
            hot[hot_count++] = f;
        }
        for (; o > HOT_ORDER; o--) {
            frame_t half = frame + (1ul << (o - 1));

            row_of(half)->state = ROW_FREE;
            row_of(half)->order = (uint8_t)(o - 1);
            list_add_head(&free_blocks[o - 1], frame_address(half));
        }
        return;
    }
}

frame_t frames_alloc(unsigned order)
{
    frame_t frame;
    unsigned found;

    if (__builtin_expect(frames_unrepaired(), 0))
        frames_repair_all();
    if (!order && !hot_count)
        hot_fill();
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

void frame_hold(frame_t frame)
{
    frame_hold_in(row_view(), frame);
}

void frames_hold(const frame_t *frame, uint32_t count)
{
    const struct row_view rows = row_view();

    for (uint32_t i = 0; i < count; i++)
        frame_hold_in(rows, frame[i]);
}

void frames_drop(const frame_t *frame, uint32_t count)
{
    const struct row_view rows = row_view();

    for (uint32_t i = 0; i < count; i++)
        frame_drop_in(rows, frame[i]);
}

uint32_t frame_users(frame_t frame)
{
    const struct frame_row *row = row_counted(frame);

    return row ? row->count : UINT32_MAX;
}

void frame_drop(frame_t frame)
{
    struct frame_row *row = row_counted(frame);

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
    if (__builtin_expect(frames_unrepaired(), 0))
        frames_repair_all();
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

/* --- Memory that comes and goes --------------------------------------------------------------------- */

/* Level-1 tables are filled here before they take the place of a large entry: LibOS code may stand on it. */
#define SPLIT_ADDRESS (INSTANCE_LINEAR_ADDRESS - SPAN_3)

static bool is_large(frame_t frame)
{
    if (table_depth(INSTANCE_LINEAR_ADDRESS + frame * PAGE_SIZE) > 1)
        return false;
    return WINDOW_LEVEL(WINDOW_2, INSTANCE_LINEAR_ADDRESS + frame * PAGE_SIZE, 21) & EXO_PTE_LARGE;
}

/* A CPU that runs a program enters the LibOS on the stack of its task, whose entry must be there at all times. */
static bool is_entered(frame_t chunk)
{
    for (uint32_t i = 0; instance_many && i < vcpu_count; i++)
        if (vcpus[i] != this_vcpu() &&
            (address_frame((void *)(vcpus[i]->stack_top - 1)) & ~(CHUNK_FRAMES - 1ul)) == chunk)
            return true;
    return false;
}

/* The chunk's large entry becomes a table of 4 KiB ones. False: not now. */
static bool chunk_split(frame_t chunk)
{
    uint64_t address = INSTANCE_LINEAR_ADDRESS + chunk * PAGE_SIZE;
    uint64_t bits = linear_bits() | EXO_PTE_PRESENT | EXO_PTE_ACCESSED | EXO_PTE_DIRTY;
    struct pt_batch batch;

    if (!is_large(chunk))
        return true;
    if (spare == NO_FRAME || is_entered(chunk) || exo_table_create(SLOT_MEMORY, spare, 1))
        return false;
    uint64_t link = spare << EXO_PAGE_SHIFT | LINK_BITS;

    batch_start(&batch, this_vcpu()->root);
    batch_add(&batch, SPLIT_ADDRESS, 2, link);
    for (uint64_t i = 0; i < CHUNK_FRAMES; i++)
        batch_add(&batch, SPLIT_ADDRESS + i * PAGE_SIZE, 1, (chunk + i) << EXO_PAGE_SHIFT | bits);
    batch_flush(&batch);
    batch_add(&batch, address, 2, 0); /* these three in one call: nothing of ours runs in between */
    batch_add(&batch, address, 2, link);
    batch_add(&batch, SPLIT_ADDRESS, 2, 0);
    batch_flush(&batch);
    spare = NO_FRAME;
    return true;
}

/* Free frames, in no list any more, leave the linear map. REQUIRES a split chunk, or a whole one. */
static void linear_unmap(frame_t first, uint64_t count)
{
    struct pt_batch batch;

    batch_start(&batch, this_vcpu()->root);
    if (is_large(first))
        batch_add(&batch, INSTANCE_LINEAR_ADDRESS + first * PAGE_SIZE, 2, 0);
    else
        for (uint64_t i = 0; i < count; i++)
            batch_add(&batch, INSTANCE_LINEAR_ADDRESS + (first + i) * PAGE_SIZE, 1, 0);
    batch_flush(&batch);
    for (frame_t f = first; f < first + count; f++)
        *row_of(f) = (struct frame_row){.state = ROW_UNMAPPED};
}

/* Unmapped frames to the kernel. One that was taken by force meanwhile is gone all the same. */
static void kernel_free(frame_t first, uint64_t count)
{
    for (uint64_t done = 0; done < count; done += EXO_FRAME_RUN_MAX)
        (void)exo_frame_free(SLOT_MEMORY, first + done, min_of(count - done, (uint64_t)EXO_FRAME_RUN_MAX));
    total -= count;
}

/* A free block in a chunk that is split or can be, taken out of its list; NO_FRAME: none. *order: its. */
static frame_t block_to_unmap(unsigned *order)
{
    for (unsigned o = ORDER_MAX + 1; o--;)
        list_for_each (node, &free_blocks[o]) {
            frame_t frame = address_frame(node);

            if (o < 9 && !chunk_split(frame & ~(CHUNK_FRAMES - 1ul)))
                continue;
            list_remove(node);
            row_of(frame)->state = ROW_USED;
            *order = o;
            return frame;
        }
    return NO_FRAME;
}

/* Takes up to `want` free frames out of the linear map, the largest blocks first; each run goes to `to`. */
static uint64_t blocks_unmap(uint64_t want, void (*to)(frame_t first, uint64_t count))
{
    uint64_t done = 0;

    hot_drain(0);
    while (stack_count)
        block_put(stacks[--stack_count], STACK_ORDER);
    while (done < want) {
        unsigned order;
        frame_t frame = block_to_unmap(&order);

        if (frame == NO_FRAME)
            break;
        uint64_t part = min_of(1ul << order, want - done);

        if (order >= 9) { /* by chunks, and a part of one only if it can be split */
            part = min_of(part, (uint64_t)CHUNK_FRAMES);
            if (part < CHUNK_FRAMES && !chunk_split(frame))
                part = CHUNK_FRAMES;
        }
        linear_unmap(frame, part);
        available -= part;
        for (frame_t f = frame + part; f < frame + (1ul << order);) {
            unsigned o = min_of((unsigned)__builtin_ctzl(f), order);

            block_put(f, o); /* f is aligned to it, and the end of the block, too */
            f += 1ul << o;
        }
        done += part;
        if (spare == NO_FRAME) { /* the split was paid from it */
            spare = frame++;
            part--;
        }
        if (part)
            to(frame, part);
    }
    return done;
}

frame_t frames_unmap(void)
{
    return blocks_unmap(UNMAP_FRAMES, unmapped_frames_give) ? unmapped_frame_pop() : NO_FRAME;
}

/* From what the linear map has not reached yet. */
static uint64_t chunks_return(uint64_t want)
{
    uint64_t done = 0;

    while (done < want && chunk_ranges) {
        struct frame_range *range = &chunks[chunk_ranges - 1];
        uint64_t part = min_of(want - done, range->end - range->next);
        uint64_t rest = (range->end - part) % CHUNK_FRAMES;

        if (rest && fragment_ranges == 2 * INSTANCE_RUN_MAX) {
            part += rest;
            rest = 0;
        }
        range->end -= part;
        kernel_free(range->end, part);
        range->end -= rest;
        if (rest)
            fragments[fragment_ranges++] = (struct frame_range){range->end, range->end + rest};
        chunk_ranges -= range->next >= range->end;
        done += part;
    }
    available -= done;
    return done;
}

uint64_t frames_return(uint64_t want)
{
    uint64_t before = total;

    (void)chunks_return(want);
    if (before - total < want)
        (void)unmapped_frames_return(want - (before - total), kernel_free);
    /* Each split chunk keeps a frame back. */
    while (before - total < want && blocks_unmap(want - (before - total), kernel_free))
        ;
    return before - total;
}

/* A frame that was granted: into the linear map, or, when a table is lacking for that, among the unmapped. */
void frames_add(frame_t frame)
{
    total++;
    if (linear_map(frame, 1, linear_bits())) {
        unmapped_frames_give(frame, 1);
        return;
    }
    *row_of(frame) = (struct frame_row){.state = ROW_USED};
    available++;
    block_put(frame, 0);
}

bool frames_add_chunk(frame_t chunk)
{
    struct frame_range *last = chunk_ranges ? &chunks[chunk_ranges - 1] : NULL;

    if (table_depth(INSTANCE_LINEAR_ADDRESS + chunk * PAGE_SIZE) == 1)
        return false; /* it was split */
    if (last && last->end == chunk)
        last->end += CHUNK_FRAMES;
    else if (chunk_ranges < INSTANCE_RUN_MAX)
        chunks[chunk_ranges++] = (struct frame_range){chunk, chunk + CHUNK_FRAMES};
    else
        return false;
    total += CHUNK_FRAMES;
    available += CHUNK_FRAMES;
    return true;
}

bool frames_have_row(frame_t frame)
{
    return frame >= row_first && frame < row_end;
}

/* --- Memory that was taken by force ------------------------------------------------------------------ */

bool frames_lost(void)
{
    return lost;
}

static bool is_broken(frame_t chunk)
{
    uint64_t address = INSTANCE_LINEAR_ADDRESS + chunk * PAGE_SIZE;

    if (table_depth(address) != 2)
        return false;
    return WINDOW_LEVEL(WINDOW_2, address, 21) & EXO_PTE_TAKEN;
}

/* A split chunk of which nothing is left needs no table. */
static void chunk_unlink(frame_t chunk)
{
    uint64_t address = INSTANCE_LINEAR_ADDRESS + chunk * PAGE_SIZE;
    struct exo_pte link = {.address = address | 2, .entry = EXO_PTE_TAKEN};
    frame_t table = table_frame(address);

    for (uint64_t i = 0; i < CHUNK_FRAMES; i++)
        if (pte_load(address + i * PAGE_SIZE) & EXO_PTE_PRESENT)
            return;
    if (exo_pt_write(SLOT_MEMORY, this_vcpu()->root, link.address, link.entry, 1) != 1 ||
        exo_table_destroy(SLOT_MEMORY, table))
        return;
    if (kept_count < EXO_GUARANTEED_MAX)
        kept[kept_count++] = table;
    else
        unmapped_frames_give(table, 1);
}

/* The large entry of a chunk is gone because some of its frames are: the others are mapped one by one. */
static bool chunk_repair(frame_t chunk)
{
    uint64_t address = INSTANCE_LINEAR_ADDRESS + chunk * PAGE_SIZE;
    uint64_t bits = linear_bits() | EXO_PTE_PRESENT | EXO_PTE_ACCESSED | EXO_PTE_DIRTY;
    frame_t table = kept_count ? kept[--kept_count] : unmapped_frame_take();
    struct exo_pte link = {.address = address | 2, .entry = table << EXO_PAGE_SHIFT | LINK_BITS};

    lost = true;
    if (table == NO_FRAME || exo_table_create(SLOT_MEMORY, table, 1) ||
        exo_pt_write(SLOT_MEMORY, this_vcpu()->root, link.address, link.entry, 1) != 1)
        return false;
    for (uint64_t i = 0; i < CHUNK_FRAMES; i++) {
        struct exo_pte leaf = {.address = (address + i * PAGE_SIZE) | 1,
                               .entry = (chunk + i) << EXO_PAGE_SHIFT | bits};

        if (exo_pt_write(SLOT_MEMORY, this_vcpu()->root, leaf.address, leaf.entry, 1) == 1)
            continue;
        leaf.entry = EXO_PTE_TAKEN;
        (void)exo_pt_write(SLOT_MEMORY, this_vcpu()->root, leaf.address, leaf.entry, 1);
    }
    chunk_unlink(chunk);
    return true;
}

bool frames_repair(const void *address)
{
    frame_t frame = address_frame(address);

    if (frame < row_first || frame >= row_end)
        return false;
    if (is_broken(frame & ~(CHUNK_FRAMES - 1ul)))
        (void)chunk_repair(frame & ~(CHUNK_FRAMES - 1ul));
    return is_large(frame) || pte_read((uint64_t)address) & EXO_PTE_PRESENT;
}

static bool is_taken(frame_t frame)
{
    uint64_t entry = pte_read(INSTANCE_LINEAR_ADDRESS + frame * PAGE_SIZE);

    return is_broken(frame & ~(CHUNK_FRAMES - 1ul)) || (!is_large(frame) && !(entry & EXO_PTE_PRESENT) && entry & EXO_PTE_TAKEN);
}

/*
 * The lists of free blocks lie in the blocks themselves, and some of those are gone: they are made anew from the rows,
 * in single frames, which block_put joins again.
 */
static void blocks_remake(void)
{
    for (unsigned o = 0; o <= ORDER_MAX; o++)
        list_init(&free_blocks[o]);
    for (frame_t f = row_first; f < row_end;) {
        struct frame_row *row = row_of(f);
        unsigned order = row->state == ROW_FREE ? row->order : 0; /* FOREIGN: from a start that failed */

        if (row->state == ROW_FREE)
            for (frame_t part = f; part < f + (1ul << order); part++)
                *row_of(part) = (struct frame_row){.state = ROW_FOREIGN};
        f += 1ul << order;
    }
    for (frame_t f = row_first; f < row_end; f++) {
        if (row_of(f)->state != ROW_FOREIGN)
            continue;
        *row_of(f) = (struct frame_row){.state = is_taken(f) ? ROW_ABSENT : ROW_USED};
        if (row_of(f)->state == ROW_USED) {
            block_put(f, 0);
            continue;
        }
        total--;
        available--;
    }
}

/* Caches of single frames and stacks: those that are left go to the blocks. */
static void caches_empty(void)
{
    while (hot_count)
        *row_of(hot[--hot_count]) = (struct frame_row){.state = ROW_FREE};
    while (stack_count)
        *row_of(stacks[--stack_count]) = (struct frame_row){.state = ROW_FREE, .order = STACK_ORDER};
}

static void repair_all(void)
{
    bool any = false;

    losses = ((const struct exo_upcall *)INSTANCE_UPCALL_ADDRESS)->repossessed;
    for (frame_t chunk = row_first & ~(CHUNK_FRAMES - 1ul); chunk < row_end; chunk += CHUNK_FRAMES)
        if (is_broken(chunk)) {
            any = true; /* without a table for it all of it is given up */
            (void)chunk_repair(chunk);
        } else if (table_depth(INSTANCE_LINEAR_ADDRESS + chunk * PAGE_SIZE) == 1 && !is_large(chunk)) {
            any = true; /* single entries may have gone */
            chunk_unlink(chunk);
        }
    if (!any)
        return;
    caches_empty();
    blocks_remake();
}

/* While the lists are made anew, blocks that are in them already may be taken: then once more from the start. */
static void *repair_start[5];
static bool repairing;

void frames_repair_all(void)
{
    (void)__builtin_setjmp(repair_start);
    repairing = true;
    repair_all();
    repairing = false;
    for (frame_t frame; kept_count < EXO_GUARANTEED_MAX / 2 &&
                        (frame = unmapped_frame_take()) != NO_FRAME;)
        kept[kept_count++] = frame;
}

void frames_repair_again(void)
{
    if (repairing)
        __builtin_longjmp(repair_start, 1);
}

/* What chunk_split needs when there may be nothing left to make it from. */
static void split_start(void)
{
    frame_t table = table_take(2);
    struct exo_pte link = {.address = SPLIT_ADDRESS | 3,
                           .entry = table << EXO_PAGE_SHIFT | LINK_BITS};

    struct exo_revoke_plan plan = {.guaranteed_count = 0};

    spare = unmapped_frame_take();
    for (frame_t frame; plan.guaranteed_count < EXO_GUARANTEED_MAX &&
                        (frame = unmapped_frame_take()) != NO_FRAME;)
        kept[kept_count++] = plan.guaranteed[plan.guaranteed_count++] = frame;
    (void)exo_revoke_prepare(SLOT_MEMORY, &plan); /* refused: then they are as safe as others */
    if (table == NO_FRAME || exo_pt_write(SLOT_MEMORY, this_vcpu()->root, link.address, link.entry, 1) != 1)
        panic("too little memory for the tables of its own memory");
}

/* --- Start ---------------------------------------------------------------------------------------- */

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

/* Finds chunks in a row for the frame_rows themselves, maps them, marks them used. */
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
        frame_rows = frame_address(first);
        memset(frame_rows, 0, bytes);
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

/* Rows for frames that may be granted later, if they cost little. */
static void rows_span(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;

    if (machine->frame_count * sizeof(struct frame_row) > total * PAGE_SIZE / 32)
        return;
    row_first = 0;
    row_end = machine->frame_count;
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
    rows_span();
    rows_place();
    split_start();
    if (instance->archive_bytes)
        if (linear_map(instance->archive_frame,
                       (instance->archive_bytes + PAGE_SIZE - 1) / PAGE_SIZE,
                       linear_bits() & EXO_PTE_NO_EXECUTE))
            panic("too little memory for the tables of the root archive");
}
