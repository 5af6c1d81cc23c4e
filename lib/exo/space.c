/* SPDX-License-Identifier: MIT */
/*
 * space.c - the loaded address space: reading its tables by loads, writing them in batches.
 *
 * A batch is flushed when it is full and at the end of a call, so that nothing is pending between
 * calls. Tables are made at once, because the entries after them need them.
 */
#include "lib/exo/space.h"
#include "exo_stubs.h"

#define PAGE_MASK  ((uint64_t)EXO_PAGE_SIZE - 1)
#define LARGE_SIZE ((uint64_t)EXO_PAGE_SIZE * 512)

struct batch {
    struct exo_space *space;
    uint64_t count;
    struct exo_pte entry[EXO_PT_BATCH_MAX];
};

static int64_t batch_flush(struct batch *batch)
{
    int64_t result = 0;

    if (batch->count)
        result = exo_pt_update(batch->space->slot, batch->space->root, batch->entry, batch->count);
    batch->count = 0;
    return result < 0 ? result : 0;
}

static int64_t batch_add(struct batch *batch, uint64_t address, uint64_t entry)
{
    batch->entry[batch->count++] = (struct exo_pte){.address = address, .entry = entry};
    return batch->count == EXO_PT_BATCH_MAX ? batch_flush(batch) : 0;
}

uint64_t exo_mapping(uint64_t address, bool *large)
{
    bool is_large = false;
    uint64_t entry =
        *exo_entry(address, 4); /* spelled out: with a constant level each is a shift and a load */

    if (entry & EXO_PTE_PRESENT)
        entry = *exo_entry(address, 3);
    if (entry & EXO_PTE_PRESENT)
        entry = *exo_entry(address, 2);
    if (entry & EXO_PTE_PRESENT) {
        is_large = entry & EXO_PTE_LARGE;
        if (!is_large)
            entry = *exo_entry(address, 1);
    }
    if (large)
        *large = is_large;
    return entry & EXO_PTE_PRESENT ? entry : 0;
}

int64_t exo_link(struct exo_space *space, uint64_t root, uint64_t address, uint32_t level,
                 uint64_t table)
{
    uint64_t first = address & ~((1ull << (12 + 9 * (level - 1))) - 1);
    uint64_t entry = table ? table << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | EXO_PTE_WRITE : 0;
    int64_t result = exo_pt_write(space->slot, root, first | level, entry, 1);

    return result < 0 ? result : 0;
}

/* One missing table below `level`. */
static int64_t table_make(struct exo_space *space, uint64_t address, uint32_t level)
{
    uint64_t frame = space->table_frame ? space->table_frame(space->context) : 0;

    if (!frame)
        return -EXO_E_BUSY;
    int64_t result = exo_table_create(space->slot, frame, level - 1);

    return result < 0 ? result : exo_link(space, space->root, address, level, frame);
}

int64_t exo_tables(struct exo_space *space, uint64_t address, uint64_t bytes, uint32_t level)
{
    uint64_t step = 1ull << (12 + 9 * level); /* what one table at `level` covers */

    for (uint64_t at = address & ~(step - 1); at < address + bytes; at += step) {
        for (uint32_t l = 4; l > level; l--) {
            uint64_t entry = *exo_entry(at, l);
            int64_t result = 0;

            if (entry & EXO_PTE_PRESENT && entry & EXO_PTE_LARGE && l < 4)
                return -EXO_E_EXISTS;
            if (!(entry & EXO_PTE_PRESENT))
                result = table_make(space, at, l);
            if (result < 0)
                return result;
        }
    }
    return 0;
}

/* Entries of pages in a row, whose tables are there. */
static int64_t write_row(struct exo_space *space, uint64_t address, uint64_t entry, uint64_t count)
{
    int64_t result = 0;

    for (uint64_t i = 0, step; i < count && result >= 0; i += step) {
        step = count - i < EXO_PT_BATCH_MAX ? count - i : EXO_PT_BATCH_MAX;
        result = exo_pt_write(space->slot, space->root, (address + i * EXO_PAGE_SIZE) | 1,
                              entry ? entry + i * EXO_PAGE_SIZE : 0, step);
    }
    return result < 0 ? result : 0;
}

int64_t exo_map(struct exo_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                uint64_t bits)
{
    if (address & PAGE_MASK)
        return -EXO_E_ARG;
    int64_t result = pages ? exo_tables(space, address, pages * EXO_PAGE_SIZE, 1) : 0;

    return result < 0 ? result
                      : write_row(space, address, frame << EXO_PAGE_SHIFT | bits | EXO_PTE_PRESENT, pages);
}

int64_t exo_map_large(struct exo_space *space, uint64_t address, uint64_t frame, uint64_t count,
                      uint64_t bits)
{
    if (address & (LARGE_SIZE - 1) || frame & 511)
        return -EXO_E_ARG;
    struct batch batch = {.space = space, .count = 0};
    uint64_t entry = frame << EXO_PAGE_SHIFT | bits | EXO_PTE_PRESENT | EXO_PTE_LARGE;
    int64_t result = count ? exo_tables(space, address, count * LARGE_SIZE, 2) : 0;

    for (uint64_t i = 0; i < count && result >= 0; i++)
        result = batch_add(&batch, (address + i * LARGE_SIZE) | 2, entry + i * LARGE_SIZE);
    return result < 0 ? result : batch_flush(&batch);
}

/* How far the hole reaches that begins at address: to the end of what the missing table covers. */
static uint64_t hole_end(uint64_t address)
{
    for (uint32_t level = 4; level > 1; level--) {
        if (*exo_entry(address, level) & EXO_PTE_PRESENT)
            continue;
        uint64_t size = 1ull << (12 + 9 * (level - 1));

        return (address & ~(size - 1)) + size;
    }
    return address + EXO_PAGE_SIZE;
}

/* Calls for each leaf of the range; the batch gets the entry that change() makes of the old one. */
static int64_t change_range(struct exo_space *space, uint64_t address, uint64_t pages, bool remove,
                            uint64_t bits)
{
    struct batch batch = {.space = space, .count = 0};
    uint64_t end = address + pages * EXO_PAGE_SIZE;
    int64_t result = 0;

    if (address & PAGE_MASK)
        return -EXO_E_ARG;
    while (address < end && result >= 0) {
        bool large;
        uint64_t old = exo_mapping(address, &large);

        if (!old) {
            address = hole_end(address);
            continue;
        }
        if (large && (address & (LARGE_SIZE - 1) || end - address < LARGE_SIZE))
            return -EXO_E_ARG;
        if (remove && !large) { /* all that the range has of this table; what is not there stays so */
            uint64_t next = (address & ~(LARGE_SIZE - 1)) + LARGE_SIZE;

            next = next < end ? next : end;
            result = write_row(space, address, 0, (next - address) / EXO_PAGE_SIZE);
            address = next;
            continue;
        }
        uint64_t new =
            remove ? 0
                   : (old & EXO_PTE_FRAME) | bits | EXO_PTE_PRESENT | (large ? EXO_PTE_LARGE : 0);

        result = batch_add(&batch, address | (large ? 2 : 1), new);
        address += large ? LARGE_SIZE : EXO_PAGE_SIZE;
    }
    return result < 0 ? result : batch_flush(&batch);
}

int64_t exo_unmap(struct exo_space *space, uint64_t address, uint64_t pages)
{
    return change_range(space, address, pages, true, 0);
}

int64_t exo_protect(struct exo_space *space, uint64_t address, uint64_t pages, uint64_t bits)
{
    return change_range(space, address, pages, false, bits);
}
