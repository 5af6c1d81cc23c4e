/* SPDX-License-Identifier: MIT */
/*
 * space.h - mapping frames into the address space that is loaded now.
 *
 * Tables are read by loads through the recursive window (EXO_TABLE_BASE) and written in batches of
 * EXO_PT_BATCH_MAX by pt_update. Tables that are missing are made from frames that the space's
 * owner supplies. Not here: other address spaces (link their tables into this one for as long as
 * you work on them), policy on what to map where.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_types.h"

struct exo_space {
    uint32_t slot; /* capability that dominates tables and frames */
    uint64_t root; /* frame of the root table that is loaded */
    /* A data frame that nobody maps, for a table, or 0: none left. */
    uint64_t (*table_frame)(void *context);
    void *context;
};

/*
 * exo_entry - where the page-table entry of an address can be read.
 *
 * level  1..4; all entries above that level must be present and links (exo_mapping walks safely)
 */
static inline const volatile uint64_t *exo_entry(uint64_t address, uint32_t level)
{
    uint64_t at = EXO_TABLE_BASE;

    for (uint32_t l = 1; l < level; l++)
        at += (uint64_t)EXO_TABLE_SLOT << (12 + 9 * (3 - l));
    address &= 0x0000ffffffffffff;
    return (const volatile uint64_t *)(at + (address >> (12 + 9 * (level - 1))) * 8);
}

/*
 * exo_mapping - the leaf entry behind an address, as the processor sees it.
 *
 * large  set to whether it is a 2 MiB entry; may be NULL
 *
 * Returns  the entry, with the accessed and dirty bits; 0: nothing mapped
 */
uint64_t exo_mapping(uint64_t address, bool *large);

/*
 * exo_map - map consecutive frames at consecutive pages, replacing what is there.
 *
 * address  page aligned
 * frame    first frame
 * pages    how many; 0 is allowed
 * bits     EXO_PTE_* of the leaves, without the frame
 *
 * Returns  0, or -EXO_E_*: of table_frame (EXO_E_BUSY: no frame for a table), table_create or
 * pt_update; the pages before the refused one are mapped Bound    linear in pages; one kernel call
 * for each 64
 */
int64_t exo_map(struct exo_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                uint64_t bits);

/* exo_map_large - the same with 2 MiB pages: address and frame are aligned to that, `count` such
 * pages. */
int64_t exo_map_large(struct exo_space *space, uint64_t address, uint64_t frame, uint64_t count,
                      uint64_t bits);

/*
 * exo_unmap - remove the mappings of a range; pages that have none are skipped. Tables stay.
 *
 * Returns  0 or -EXO_E_* of pt_update. A 2 MiB page must lie in the range as a whole (else
 * -EXO_E_ARG).
 */
int64_t exo_unmap(struct exo_space *space, uint64_t address, uint64_t pages);

/*
 * exo_protect - give the mapped 4 KiB pages of a range other bits, keeping their frames; others are
 * skipped.
 *
 * Returns  0 or -EXO_E_*
 */
int64_t exo_protect(struct exo_space *space, uint64_t address, uint64_t pages, uint64_t bits);

/*
 * exo_tables - make every table that leaves at `level` (1, or 2 for 2 MiB pages) of the range need.
 *
 * Returns  0 or -EXO_E_*
 */
int64_t exo_tables(struct exo_space *space, uint64_t address, uint64_t bytes, uint32_t level);

/* exo_link - write one table link at `level` (2..4) above address; table 0 removes it. 0 or
 * -EXO_E_*. */
int64_t exo_link(struct exo_space *space, uint64_t root, uint64_t address, uint32_t level,
                 uint64_t table);
