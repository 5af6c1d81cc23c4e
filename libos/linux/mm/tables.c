/* SPDX-License-Identifier: MIT */
/*
 * tables.c - page-table frames of the instance and batches of entries.
 *
 * Why a pool: the kernel turns only unmapped frames into tables, and almost all frames of the
 * instance are in its linear map. Creating a table zeroes it, so emptied ones are kept by level: a
 * fork takes its tables from the last exit without a kernel call. Invariants: 1. every cached table
 * is empty (a root: but for the instance's slot and entry 0) and linked nowhere.
 *             2. no table frame was ever in the linear map.
 */
#include "libos/linux/mm/pagetable.h"
#include "libos/linux/rewrite/rewrite.h"

static frame_t cached[5]; /* chains by level, linked through the frame rows */
static frame_t plain;     /* chain of frames that are no tables at present */
static frame_t chunk_next, chunk_end;
static uint64_t taken; /* frames that are tables, wait to be some, or serve envs */

uint64_t table_frames(void)
{
    return taken;
}

#define TABLES_KEPT 16 /* frames for tables that are never given back */

frame_t unmapped_frame_pop(void)
{
    frame_t frame = plain;

    if (frame != NO_FRAME)
        plain = frame_chain_get(frame);
    return frame;
}

void unmapped_frames_give(frame_t first, uint64_t count)
{
    for (frame_t frame = first; frame < first + count; frame++) {
        frame_chain_set(frame, plain);
        plain = frame;
    }
}

frame_t unmapped_frame_take(void)
{
    frame_t frame = unmapped_frame_pop();

    if (frame != NO_FRAME)
        return frame;
    frame = frames_fragment_take();
    if (frame != NO_FRAME) {
        taken++;
        return frame;
    }
    if (chunk_next == chunk_end) {
        chunk_next = chunk_take_top();
        if (chunk_next == NO_FRAME) {
            chunk_end = NO_FRAME;
            return frames_unmap();
        }
        chunk_end = chunk_next + 512;
        taken += 512;
    }
    return chunk_next++;
}

static frame_t cached_pop(unsigned level)
{
    frame_t frame = cached[level];

    if (frame != NO_FRAME)
        cached[level] = frame_chain_get(frame);
    return frame;
}

/* Breaks up a cached table of another level. */
static frame_t cached_steal(unsigned level)
{
    for (unsigned other = 1; other <= 4; other++) {
        frame_t frame = other == level ? NO_FRAME : cached_pop(other);

        if (frame == NO_FRAME)
            continue;
        if (exo_table_destroy(SLOT_MEMORY, frame))
            panic("table frame %lu cannot be taken apart", frame);
        return frame;
    }
    return NO_FRAME;
}

uint64_t unmapped_frames_return(uint64_t want, void (*to)(frame_t first, uint64_t count))
{
    uint64_t done = 0;
    frame_t frame = NO_FRAME;

    for (; done < want && chunk_end - chunk_next > TABLES_KEPT; done++)
        to(--chunk_end, 1);
    for (; done < want && (frame = unmapped_frame_pop()) != NO_FRAME; done++)
        to(frame, 1);
    for (; done < want && (frame = cached_steal(0)) != NO_FRAME; done++)
        to(frame, 1);
    return done;
}

frame_t table_take(unsigned level)
{
    frame_t frame = cached_pop(level);
    int64_t error;

    if (frame != NO_FRAME)
        return frame;
    do {
        frame = unmapped_frame_take();
        if (frame == NO_FRAME)
            frame = cached_steal(level);
        if (frame == NO_FRAME)
            return NO_FRAME;
        error = exo_table_create(SLOT_MEMORY, frame, level);
    } while (error == -EXO_E_CAP); /* it was taken by force: the next one */
    if (error)
        panic("kernel refuses frame %lu as a table of level %u: error %ld", frame, level,
              (long)-error);
    if (level == 4) {
        struct exo_pte link = {.address = (uint64_t)INSTANCE_SLOT * SPAN_4 | 4,
                               .entry = WINDOW_LEVEL(WINDOW_4, LIBOS_START, 39) &
                                        (EXO_PTE_FRAME | LINK_BITS)};

        if (exo_pt_write(SLOT_MEMORY, frame, link.address, link.entry, 1) != 1)
            panic("kernel refuses the link to the instance's own tables");
        link.address = 4;
        link.entry = rewrite_link() << EXO_PAGE_SHIFT | EXO_PTE_PRESENT;
        if (rewrite_link() != NO_FRAME && exo_pt_write(SLOT_MEMORY, frame, link.address, link.entry, 1) != 1)
            panic("kernel refuses the link to the low tables");
    }
    return frame;
}

void table_scrap(frame_t frame)
{
    int64_t error;

    do
        error = exo_table_destroy(SLOT_MEMORY, frame);
    while (error == -EXO_E_AGAIN); /* it goes on where it stopped */
    if (error)
        panic("table frame %lu cannot be taken apart: error %ld", frame, (long)-error);
    frame_chain_set(frame, plain);
    plain = frame;
}

void table_give(unsigned level, frame_t frame)
{
    if (level == 1 && frames_lost()) { /* marks of lost pages may be in it */
        table_scrap(frame);
        return;
    }
    frame_chain_set(frame, cached[level]);
    cached[level] = frame;
}

static _Noreturn __attribute__((noinline)) void refused(const struct exo_pte *entry, frame_t root, int64_t error)
{
    panic("kernel refuses page-table entry %lx = %lx in space %lx: error %ld", (long)entry->address,
          (long)entry->entry, (long)root, (long)error);
}

void pte_set(frame_t root, uint64_t address, uint64_t entry)
{
    int64_t result = exo_pt_write(SLOT_MEMORY, root, address | 1, entry, 1);

    if (result != 1)
        refused(&(struct exo_pte){.address = address | 1, .entry = entry}, root, -result);
}

/* Are these the entries of pages in a row, of frames in a row or none? The kernel takes those in registers, for half the price. */
static bool batch_is_row(const struct pt_batch *batch)
{
    uint64_t address = batch->entry[0].address, entry = batch->entry[0].entry;
    uint64_t step = entry & EXO_PTE_PRESENT ? PAGE_SIZE : 0;

    if (batch->count > 1 && (address & EXO_PT_LEVEL) != 1)
        return false;
    for (uint64_t i = 1; i < batch->count; i++) {
        address += PAGE_SIZE;
        entry += step;
        if (batch->entry[i].address != address || batch->entry[i].entry != entry)
            return false;
    }
    return !(address & EXO_PT_SPACE);
}

void batch_flush(struct pt_batch *batch)
{
    const struct exo_pte *first = batch->entry;
    uint64_t done = 0;

    if (!batch->count)
        return;
    int64_t result =
        batch_is_row(batch)
            ? exo_pt_write_2(SLOT_MEMORY, batch->first, first->address, first->entry, batch->count, &done)
            : exo_pt_update_2(SLOT_MEMORY, batch->first, first, batch->count, &done);

    if (result != (int64_t)batch->count)
        refused(&batch->entry[done % EXO_PT_BATCH_MAX], batch->first, -result);
    batch->count = 0;
    batch->first = batch->root;
}

bool pte_walk_table(struct pte_walk *walk)
{
    while (walk->at < walk->end) {
        bool present;
        uint64_t stop = table_stretch(walk->at, walk->end, &present);

        if (present) {
            walk->known = stop;
            return true;
        }
        walk->at = stop;
    }
    return false;
}
