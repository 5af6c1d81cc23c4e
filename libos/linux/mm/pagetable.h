/* SPDX-License-Identifier: MIT */
/*
 * pagetable.h - page tables of the instance: reading them by loads, writing them in batches.
 *
 * The kernel shows an env the tables of its current address space through a recursive window; a
 * level is looked at only after the levels above it are known to be present. Writing goes through
 * struct pt_batch: entries are collected and handed over 64 at a time. Table frames come from a
 * pool of frames outside the linear map, because the kernel makes no mapped frame a table; emptied
 * tables are kept by level for the next space.
 */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/mm/mm.h"
#include "exo_stubs.h"

#define SLOT_MEMORY 0 /* capability slot of the instance's own guard */

#define WINDOW_LEVEL(base, address, shift)                                                         \
    (*(volatile uint64_t *)((base) + (((address)&0xffffffffffff) >> (shift)) * 8))
#define WINDOW_1 EXO_TABLE_BASE
#define WINDOW_2 (WINDOW_1 + ((uint64_t)EXO_TABLE_SLOT << 30))
#define WINDOW_3 (WINDOW_2 + ((uint64_t)EXO_TABLE_SLOT << 21))
#define WINDOW_4 (WINDOW_3 + ((uint64_t)EXO_TABLE_SLOT << 12))

#define LINK_BITS (EXO_PTE_PRESENT | EXO_PTE_WRITE)
#define SPAN_2    (1ul << 21) /* bytes behind one level-2 entry */
#define SPAN_3    (1ul << 30)
#define SPAN_4    (1ul << 39)

static inline frame_t pte_frame(uint64_t entry)
{
    return (entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
}

/* The lowest level at which address has a table in the current space: 1 when its page entry exists,
 * ... 4. */
static inline unsigned table_depth(uint64_t address)
{
    if (~WINDOW_LEVEL(WINDOW_4, address, 39) & LINK_BITS) /* not writable: shared by all (rewrite/) */
        return 4;
    if (!(WINDOW_LEVEL(WINDOW_3, address, 30) & EXO_PTE_PRESENT))
        return 3;
    if (!(WINDOW_LEVEL(WINDOW_2, address, 21) & EXO_PTE_PRESENT))
        return 2;
    return 1;
}

/* The page entry of address in the current space; REQUIRES table_depth(address) == 1. */
static inline uint64_t pte_load(uint64_t address)
{
    return WINDOW_LEVEL(WINDOW_1, address, 12);
}

/* The 512 page entries of the table that address is behind; REQUIRES the same. */
static inline const volatile uint64_t *pte_table(uint64_t address)
{
    return &WINDOW_LEVEL(WINDOW_1, address & ~0x1ffffful, 12);
}

/* Same without the requirement: 0 when there is none. */
static inline uint64_t pte_read(uint64_t address)
{
    return table_depth(address) == 1 ? pte_load(address) : 0;
}

/* The end of the stretch from `at` on, up to `end`, behind one table or behind none; *present: behind a level-1 table. */
static inline uint64_t table_stretch(uint64_t at, uint64_t end, bool *present)
{
    unsigned depth = table_depth(at);
    uint64_t span = depth == 4 ? SPAN_4 : depth == 3 ? SPAN_3 : SPAN_2;

    *present = depth == 1;
    return min_of((at & ~(span - 1)) + span, end);
}

/* A walk over the present page entries of the current space in [at, end). */
struct pte_walk {
    uint64_t at, end;
    uint64_t known; /* up to here a level-1 table is there */
};

static inline struct pte_walk pte_walk_start(uint64_t start, uint64_t end)
{
    return (struct pte_walk){.at = start, .end = end, .known = start};
}

bool pte_walk_table(struct pte_walk *walk); /* moves on to where a table is; false: none left */

/*
 * pte_next - the next page entry of the walk.
 *
 * Returns  the entry, its page is walk->at - PAGE_SIZE; 0: none left
 */
static inline uint64_t pte_next(struct pte_walk *walk)
{
    for (;;) {
        while (walk->at < walk->known) {
            uint64_t entry = pte_load(walk->at);

            walk->at += PAGE_SIZE;
            if (entry & EXO_PTE_PRESENT)
                return entry;
        }
        if (!pte_walk_table(walk))
            return 0;
    }
}

/* Tables of the lowest level may be shared between spaces after a fork: their link lacks the write
 * right. */
static inline bool table_shared(uint64_t address) /* REQUIRES table_depth(address) == 1 */
{
    return !(WINDOW_LEVEL(WINDOW_2, address, 21) & EXO_PTE_WRITE);
}

static inline frame_t table_frame(uint64_t address) /* likewise */
{
    return pte_frame(WINDOW_LEVEL(WINDOW_2, address, 21));
}

struct pt_batch {
    frame_t root;  /* space that the next entries change */
    frame_t first; /* space that the batch starts with */
    uint32_t count;
    struct exo_pte entry[EXO_PT_BATCH_MAX];
};

static inline void batch_start(struct pt_batch *batch, frame_t root)
{
    batch->root = root;
    batch->first = root;
    batch->count = 0;
}

/* Hands the collected entries to the kernel. A refusal is a fault of the LibOS itself: panic. */
void batch_flush(struct pt_batch *batch);

/* entry: 0 removes; level 1: leaf; above: link. */
static inline void batch_add(struct pt_batch *batch, uint64_t address, unsigned level,
                             uint64_t entry)
{
    if (batch->count == EXO_PT_BATCH_MAX)
        batch_flush(batch);
    struct exo_pte *e = &batch->entry[batch->count++];

    e->address = address | level;
    e->entry = entry;
}

static inline void batch_space(struct pt_batch *batch, frame_t root)
{
    if (batch->root == root)
        return;
    if (batch->count == EXO_PT_BATCH_MAX)
        batch_flush(batch);
    batch->root = root;
    if (!batch->count) {
        batch->first = root;
        return;
    }
    batch->entry[batch->count++] = (struct exo_pte){.address = EXO_PT_SPACE, .entry = root};
}

/* pte_set - one page entry of a space, as batch_add with level 1; its table is there. */
void pte_set(frame_t root, uint64_t address, uint64_t entry);

/* An empty table of the level; level 4 already leads to the instance's slot. NO_FRAME: out of
 * memory. */
frame_t table_take(unsigned level);
void table_give(
    unsigned level,
    frame_t frame); /* it must be empty (level 4: but for the instance's slot) and unlinked */

void table_scrap(
    frame_t frame); /* an unlinked table that is not empty becomes a plain frame of the pool */

/* How many spaces link a level-1 table: kept by space.c in the frame's row while the table is in
 * use. */
#define table_users(frame)            frame_chain_get(frame)
#define table_users_set(frame, count) frame_chain_set(frame, count)

/* A data frame outside the linear map, for envs and upcall pages. NO_FRAME: none. */
frame_t unmapped_frame_take(void);
void unmapped_frames_give(frame_t first, uint64_t count); /* to the pool that they come from */
frame_t unmapped_frame_pop(void);                         /* from that pool only */
/* Gives up to `want` of them away, one by one, but for a few. Returns how many. */
uint64_t unmapped_frames_return(uint64_t want, void (*to)(frame_t first, uint64_t count));
/* frames.c: frees some of the linear map's frames for it, and takes one; NO_FRAME: none. */
frame_t frames_unmap(void);

/* frames.c: takes a 2 MiB chunk out of what the linear map has not reached yet; NO_FRAME: none
 * left. */
frame_t chunk_take_top(void);
/* frames.c: next-links of frames outside the linear map. */
void frame_chain_set(frame_t frame, frame_t next);
frame_t frame_chain_get(frame_t frame);
frame_t frames_fragment_take(void); /* a single frame that is in no whole chunk */

/* Maps [first, first + count) at its place in the linear map; large pages where whole chunks allow.
 */
int linear_map(frame_t first, uint64_t count, uint64_t bits);
