/* SPDX-License-Identifier: MIT */
/*
 * protect.h - page protection as garbage collectors, checkpointers and distributed memories use it.
 *
 * The operations of Appel and Li, "Virtual Memory Primitives for User Programs": dirty, prot1, protN, unprot and trap.
 * "Protected" is read-only: a write traps to the env's own handler (upcall.h), which decides and goes on without the
 * kernel. All work on pages of the loaded space that are mapped by 4 KiB entries; a page that is not is skipped
 * (protect, unprotect) or clean (dirty).
 *
 * Not here: which pages to protect, and what a fault means.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "lib/exo/space.h"
#include "lib/exo/upcall.h"

/* exo_page_dirty - was the page written since its entry was last set by exo_page_protect or exo_page_clean? Loads only. */
bool exo_page_dirty(uint64_t address);

/*
 * exo_page_protect - prot1: writes to the page trap from now on, on every CPU. Its dirty bit is cleared.
 *
 * address  any address in the page
 *
 * Returns  0 or -EXO_E_* of pt_update
 */
int64_t exo_page_protect(struct exo_space *space, uint64_t address);

/* exo_page_unprotect - unprot: the page can be written again. 0 or -EXO_E_*. */
int64_t exo_page_unprotect(struct exo_space *space, uint64_t address);

/*
 * exo_pages_protect - protN: a set of pages, in any order; one kernel call for each EXO_PT_BATCH_MAX of them.
 *
 * address  of `count` pages
 *
 * Returns  0, or -EXO_E_*: the pages before the refused one are protected
 */
int64_t exo_pages_protect(struct exo_space *space, const uint64_t *address, uint64_t count);

/* exo_pages_unprotect - the same the other way round. */
int64_t exo_pages_unprotect(struct exo_space *space, const uint64_t *address, uint64_t count);

/* exo_page_clean - forget that the page was written, without protecting it: for checkpoints by dirty bit. 0 or -EXO_E_*. */
int64_t exo_page_clean(struct exo_space *space, uint64_t address);

/* exo_write_trap - is this upcall a write to a protected page of the range? `address` in the context says which. */
static inline bool exo_write_trap(const struct exo_context *context, uint64_t start, uint64_t pages)
{
    return context->vector == 14 && (context->error & 3) == 3 &&
           context->address - start < pages * EXO_PAGE_SIZE;
}
