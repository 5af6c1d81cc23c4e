/* SPDX-License-Identifier: MIT */
/* protect.c - page protection by rewriting leaf entries in place; see protect.h. */
#include "lib/exo/protect.h"
#include "exo_stubs.h"

#define PAGE_MASK ((uint64_t)EXO_PAGE_SIZE - 1)

/* The entry of a page mapped by 4 KiB; 0: there is none. */
static uint64_t leaf(uint64_t address)
{
    bool large;
    uint64_t entry = exo_mapping(address, &large);

    return large ? 0 : entry;
}

bool exo_page_dirty(uint64_t address)
{
    return leaf(address) & EXO_PTE_DIRTY;
}

/* Writes the entries of `count` pages anew, without the bits of `clear` and with those of `set`. */
static int64_t rewrite(struct exo_space *space, const uint64_t *address, uint64_t count,
                       uint64_t clear, uint64_t set)
{
    struct exo_pte batch[EXO_PT_BATCH_MAX];
    uint64_t fill = 0;
    uint64_t region = 1; /* 2 MiB of addresses whose tables are known to be there */
    int64_t result = 0;

    for (uint64_t i = 0; i < count && result >= 0; i++) {
        uint64_t entry = address[i] >> 21 == region ? *exo_entry(address[i], 1) : leaf(address[i]);

        region = entry ? address[i] >> 21 : 1;
        if (entry & EXO_PTE_PRESENT)
            batch[fill++] = (struct exo_pte){.address = (address[i] & ~PAGE_MASK) | 1,
                                             .entry = (entry & ~clear) | set};
        if (fill == EXO_PT_BATCH_MAX || (fill && i + 1 == count)) {
            result = exo_pt_update(space->slot, space->root, batch, fill);
            fill = 0;
        }
    }
    return result < 0 ? result : 0;
}

static int64_t rewrite_one(struct exo_space *space, uint64_t address, uint64_t clear, uint64_t set)
{
    uint64_t entry = leaf(address);
    int64_t result = 0;

    if (entry & EXO_PTE_PRESENT)
        result = exo_pt_write(space->slot, space->root, (address & ~PAGE_MASK) | 1,
                              (entry & ~clear) | set, 1);
    return result < 0 ? result : 0;
}

int64_t exo_page_protect(struct exo_space *space, uint64_t address)
{
    return rewrite_one(space, address, EXO_PTE_WRITE | EXO_PTE_DIRTY, 0);
}

int64_t exo_page_unprotect(struct exo_space *space, uint64_t address)
{
    return rewrite_one(space, address, 0, EXO_PTE_WRITE);
}

int64_t exo_page_clean(struct exo_space *space, uint64_t address)
{
    return rewrite_one(space, address, EXO_PTE_DIRTY, 0);
}

int64_t exo_pages_protect(struct exo_space *space, const uint64_t *address, uint64_t count)
{
    return rewrite(space, address, count, EXO_PTE_WRITE | EXO_PTE_DIRTY, 0);
}

int64_t exo_pages_unprotect(struct exo_space *space, const uint64_t *address, uint64_t count)
{
    return rewrite(space, address, count, 0, EXO_PTE_WRITE);
}
