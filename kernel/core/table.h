/* SPDX-License-Identifier: MIT */
/* table.h - page tables as the kernel keeps them honest. */
#pragma once
#include "core/frame.h"

/* Ask every other CPU that may hold old translations of `root` (0: any space) to drop them, and wait. */
void table_shoot_down(uint64_t root);

/*
 * table_update - pt_update with the capability in `slot`: the requests before the first one that is refused are done; *done,
 * 0 at first: how many. 0 or EXO_E_*. Takes memory_lock.
 */
int table_update(const struct cap *slot, uint64_t root, const struct exo_pte *request,
                 uint64_t count, uint64_t *done);

/* Changed by who has memory_lock alone: what was found out about tables, or about the slots of an env that ends, is old. */
extern uint64_t table_epoch;

/* Physical frame and page offset behind a user address of a space, readable by ring 3: 0 or EXO_E_FAULT.
 * REQUIRES(memory_lock). */
int table_resolve(uint64_t root, uint64_t address, uint64_t *frame);

/* --- What core asks of those who know devices: dev/pci.c ---------------------------------------------------------------- */

/* Does some claimed device whose guard `cap` dominates have this frame in a BAR? */
bool device_covers(const struct cap *cap, uint64_t frame);
/* The env is told of its events on this CPU: interrupts that were held back for it may come again, here. */
void device_resume(struct env *env);
/* An entry names this frame of registers from now on (1), or no longer (-1). A mapped function keeps its guard. */
void device_count(uint64_t frame, int change);
/*
 * Functions that `under` dominates: stop them, and with `end` take their owners away; false: some are still mapped.
 * REQUIRES(env_lock, memory_lock).
 */
bool device_release(const struct cap *under, bool end);
/* A device's interrupt: its env gets the event. */
void device_interrupt(uint32_t vector);

/* table_replace - another entry, of a page table or an IOMMU table, counted: the old one. Nothing is checked; the caller
 * flushes. REQUIRES(memory_lock). */
uint64_t table_replace(uint64_t *slot, uint32_t level, uint64_t new);
/* table_end - a table that nothing names becomes data; false: not now (loaded, or much to empty). REQUIRES(memory_lock). */
bool table_end(uint64_t frame);

/*
 * table_walk - the entry for address at `level` under root, a page table or one for devices: its slot in the window, or NULL
 * if a table is missing. *table: where it is. *shared: some table on the way is linked from more than one place, so other
 * spaces see the same entry. REQUIRES(memory_lock, shared at least).
 */
uint64_t *table_walk(uint64_t root, uint64_t address, uint32_t level, uint64_t *table,
                     bool *shared);

/* Is this frame a table of that kind and level, dominated by cap? 0 or EXO_E_*. REQUIRES(memory_lock). */
static inline int table_check(const struct cap *cap, uint64_t frame, uint32_t kind, uint32_t level)
{
    int error = 0;
    const struct exo_frame *row = frame_dominated(frame, cap, &error);

    return !row || (row->kind == kind && row->level == level) ? error : EXO_E_KIND;
}

/* dma_root_check - may functions be attached to this frame: an IOMMU table of the top level that cap dominates? 0 or
 * EXO_E_*. REQUIRES(memory_lock). core/dma.c */
int dma_root_check(const struct cap *cap, uint64_t root);
