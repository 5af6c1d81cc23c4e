/* SPDX-License-Identifier: MIT */
/* view.c - temporary mappings of the boot archive, at INIT_ARCHIVE + offset; one low and one high
 * mark. */
#include "libos/init/view.h"
#include <stddef.h>
#include "libos/init/init.h"

static uint64_t low = UINT64_MAX; /* pages in [low, high) may be mapped */
static uint64_t high;

const void *view_map(uint64_t offset, uint64_t bytes)
{
    uint64_t limit = machine.page->module_bytes;

    if (offset > limit || bytes > limit - offset)
        return NULL;
    uint64_t first = offset >> EXO_PAGE_SHIFT;
    uint64_t end = (offset + bytes + EXO_PAGE_SIZE - 1) >> EXO_PAGE_SHIFT;

    if (exo_map(&machine.space, INIT_ARCHIVE + (first << EXO_PAGE_SHIFT),
                machine.page->module_frame + first, end - first, EXO_PTE_NO_EXECUTE) < 0)
        return NULL;
    low = first < low ? first : low;
    high = end > high ? end : high;
    return (const void *)(INIT_ARCHIVE + offset);
}

void view_unmap(void)
{
    if (low < high)
        (void)exo_unmap(&machine.space, INIT_ARCHIVE + (low << EXO_PAGE_SHIFT), high - low);
    low = UINT64_MAX;
    high = 0;
}
