/* SPDX-License-Identifier: MIT */
/*
 * cap.c - hierarchical capabilities.
 *
 * Not here: who holds what (env.c keeps a table per env), and what happens to resources when a capability
 * goes (libos/init finds them by guard).
 */
#include "core/cap.h"

int cap_get(struct cap *table, uint32_t slot, uint32_t rights, struct cap *out)
{
    if (slot >= EXO_CAP_SLOTS)
        return -EXO_E_CAP;
    return cap_copy(&table[slot], rights, out);
}

void cap_set(struct cap *slot, const struct cap *value)
{
    static const struct cap none;
    const struct cap *new = value ? value : &none;
    uint32_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed);

    atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_relaxed);
    /* odd before any of it changes; pairs with cap_get */
    atomic_thread_fence(memory_order_release);
    slot->bound = 0;
    __atomic_store_n(&slot->path.part[0], new->path.part[0], __ATOMIC_RELAXED);
    __atomic_store_n(&slot->path.part[1], new->path.part[1], __ATOMIC_RELAXED);
    __atomic_store_n(&slot->path.depth, new->path.depth, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->rights, new->rights, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->present, new->present, __ATOMIC_RELAXED);
    atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
}
