/* SPDX-License-Identifier: MIT */
/* table.h - page tables as the kernel keeps them honest. */
#pragma once
#include "core/frame.h"

/* Ask every other CPU that may hold old translations of `root` (0: any space) to drop them, and wait. */
void table_shoot_down(uint64_t root);

/*
 * table_write - one entry, as pt_update does it, with the capability already looked up. 0 or EXO_E_*. *flush gets
 * ENTRY_FLUSH_* bits. REQUIRES(memory_lock).
 */
int table_write(const struct cap *cap, uint64_t root, const struct exo_pte *request,
                uint32_t *flush);

/* Physical frame and page offset behind a user address of a space, readable by ring 3: 0 or EXO_E_FAULT.
 * REQUIRES(memory_lock). */
int table_resolve(uint64_t root, uint64_t address, uint64_t *frame);

/* Does some claimed device whose guard `cap` dominates have this frame in a BAR? Set by main.c (dev/pci.c). */
extern bool (*device_covers)(const struct cap *cap, uint64_t frame);
/* An entry names this frame of registers from now on (1), or no longer (-1). Set by main.c (dev/pci.c). */
extern void (*device_count)(uint64_t frame, int change);
