/* SPDX-License-Identifier: MIT */
/*
 * dma.c - tables of the IOMMU: what devices may reach, written by the memory's owners and kept honest here.
 *
 * They are built as page tables are: of frames that their owner gives, entry by entry; functions are attached to a root
 * (device_domain). Invariants (under memory_lock):
 *   1. A link names a table of the level below, whose `links` counts it. A leaf names a data frame, whose `references`
 *      counts it: what a device reaches can be neither freed, nor repurposed, nor given away.
 *   2. When a call that removes an entry returns, no device uses it any more.
 * Breaking such bindings by force: sweep.c. Not here: what is mapped where; the hardware (arch: iommu.c).
 */
#include "core/calls.h"
#include "core/env.h"
#include "core/table.h"
#include "core/ucopy.h"

/* One entry: 0 or EXO_E_*; *removed: one that was there is no more. REQUIRES(memory_lock). */
static int dma_write(const struct cap *cap, uint64_t root, const struct exo_pte *request,
                     bool *removed)
{
    uint32_t level = request->address & EXO_PT_LEVEL, top = frame_table[root].level;
    uint64_t address = request->address & ~(uint64_t)(EXO_PAGE_SIZE - 1), table = 0;
    uint64_t entry = request->entry;
    bool shared;
    int error = 0;

    if (!entry_place_ok(address, level, request->address & 0xff0) || level > top ||
        address >> (EXO_PAGE_SHIFT + 9 * top))
        return EXO_E_ARG;
    uint64_t *slot = table_walk(root, address, level, &table, &shared);

    if (!slot)
        return EXO_E_NONE;
    if (!frame_dominated(table, cap, &error) || (error = dma_bits(entry, cap->rights)))
        return error;
    if (entry) {
        struct exo_frame *row =
            frame_dominated((entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT, cap, &error);

        if (row)
            error =
                dma_frame(row->kind, row->level, row->links, row->references, row->flags, level);
        if (error)
            return error;
    }
    *removed |= table_replace(slot, level, entry) != 0;
    return 0;
}

int dma_root_check(const struct cap *cap, uint64_t root)
{
    return table_check(cap, root, EXO_FRAME_DMA, arch_dma_levels);
}

struct call_result call_dma_update(struct env *, const struct cap *cap, uint64_t root,
                                   uint64_t batch, uint64_t count)
{
    struct exo_pte request[EXO_PT_BATCH_MAX];
    bool removed = false;
    uint64_t done = 0;
    int error = ucopy_in(request, batch, count * sizeof request[0]);

    if (error)
        return call_error(error);
    lock_take(&memory_lock);
    error = dma_root_check(cap, root);
    while (!error && done < count && !(error = dma_write(cap, root, &request[done], &removed)))
        done++;
    if (removed)
        arch_dma_flush();
    lock_drop(&memory_lock);
    return error ? call_error_at(error, done) : call_ok((int64_t)done);
}
