/* SPDX-License-Identifier: MIT */
/* device.c - see device.h. Tables for devices cannot be read, so a missing one shows by the kernel's answer. */
#include "lib/exo/device.h"
#include "exo_stubs.h"
#include "lib/exo/libos.h"

#define LINK (EXO_PTE_PRESENT | EXO_PTE_WRITE)

static int64_t entry_set(struct exo_dma *dma, uint64_t address, uint32_t level, uint64_t entry)
{
    struct exo_pte request = {.address = address | level, .entry = entry};
    int64_t result = exo_dma_update(dma->space->slot, dma->root, &request, 1);

    return result < 0 ? result : 0;
}

int64_t exo_dma_open(struct exo_dma *dma, struct exo_space *space)
{
    *dma = (struct exo_dma){.space = space, .levels = exo_machine_page()->dma_levels};
    if (!dma->levels)
        return -EXO_E_NONE;
    dma->root = space->table_frame(space->context);
    if (!dma->root)
        return -EXO_E_BUSY;
    dma->table[dma->table_count++] = dma->root;
    return exo_table_create(space->slot, dma->root, dma->levels | EXO_TABLE_DMA);
}

/* The tables that an entry of level 1 needs: the lowest that finds a place first, until all are there. */
static int64_t tables_make(struct exo_dma *dma, uint64_t address)
{
    struct exo_space *space = dma->space;
    uint64_t frame = 0;

    for (uint32_t level = 2; level <= dma->levels;) {
        uint64_t at = address & ~((1ull << (12 + 9 * (level - 1))) - 1);

        if (dma->table_count == EXO_DMA_TABLES ||
            (!frame && !(frame = space->table_frame(space->context))))
            return -EXO_E_BUSY;
        int64_t error = exo_table_create(space->slot, frame, (level - 1) | EXO_TABLE_DMA);

        if (!error)
            error = entry_set(dma, at, level, frame << EXO_PAGE_SHIFT | LINK);
        if (error == -EXO_E_NONE) { /* the table above is missing, too: the frame for that */
            (void)exo_table_destroy(space->slot, frame);
            level++;
            continue;
        }
        if (error)
            return error;
        dma->table[dma->table_count++] = frame;
        if (level == 2)
            return 0;
        frame = 0;
        level--;
    }
    return -EXO_E_NONE;
}

int64_t exo_dma_map(struct exo_dma *dma, uint64_t address, uint64_t frame, uint64_t pages,
                    uint64_t bits)
{
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t at = address + i * EXO_PAGE_SIZE;
        uint64_t entry = (frame + i) << EXO_PAGE_SHIFT | bits | EXO_PTE_PRESENT;
        int64_t error = entry_set(dma, at, 1, entry);

        if (error == -EXO_E_NONE && !(error = tables_make(dma, at)))
            error = entry_set(dma, at, 1, entry);
        if (error)
            return error;
    }
    return 0;
}

int64_t exo_dma_unmap(struct exo_dma *dma, uint64_t address, uint64_t pages)
{
    struct exo_pte request[EXO_PT_BATCH_MAX];

    while (pages) {
        uint64_t count = pages < EXO_PT_BATCH_MAX ? pages : EXO_PT_BATCH_MAX;

        for (uint64_t i = 0; i < count; i++)
            request[i] = (struct exo_pte){.address = (address + i * EXO_PAGE_SIZE) | 1};
        int64_t result = exo_dma_update(dma->space->slot, dma->root, request, count);

        if (result < 0)
            return result;
        address += count * EXO_PAGE_SIZE;
        pages -= count;
    }
    return 0;
}

int64_t exo_dma_close(struct exo_dma *dma)
{
    while (dma->table_count) {
        uint32_t before = dma->table_count;

        for (uint32_t i = 0; i < dma->table_count;
             i++) { /* those that nothing links to: the root first */
            int64_t error = exo_table_destroy(dma->space->slot, dma->table[i]);

            if (!error)
                dma->table[i--] = dma->table[--dma->table_count];
            else if (error != -EXO_E_BUSY)
                return error;
        }
        if (dma->table_count == before)
            return -EXO_E_BUSY;
    }
    return 0;
}

int64_t exo_registers_map(struct exo_space *space, uint64_t address, const struct exo_bar *bar,
                          uint64_t offset, uint64_t bytes)
{
    if (!bar->address || offset > bar->length || bytes > bar->length - offset)
        return -EXO_E_RANGE;
    return exo_map(space, address, (bar->address + offset) >> EXO_PAGE_SHIFT,
                   bytes >> EXO_PAGE_SHIFT,
                   EXO_PTE_WRITE | EXO_PTE_UNCACHED | EXO_PTE_THROUGH | EXO_PTE_NO_EXECUTE);
}
