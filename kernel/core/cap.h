/* SPDX-License-Identifier: MIT */
/*
 * cap.h - hierarchical capabilities: short paths of numbers with rights.
 *
 * A path of depth d is d components of 16 bits, the first lowest, each 1..65535, all others 0. A capability
 * dominates every path that it prefixes. No state, no memory of its own.
 *
 * A table of capabilities is read by the env that owns it while others may grant to it or revoke from it. cap_set (under
 * env_lock) makes `sequence` odd, changes the slot, makes it even; cap_get copies and finds the slot empty when the sequence
 * moved: between two contents every slot is empty for a moment, so that this is an answer of that moment. Nobody acts on a
 * capability in a table, only on a copy.
 */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "core/rules.h"

struct cap {
    struct path path;
    uint16_t rights;
    uint16_t present;
    _Atomic uint32_t sequence; /* of a slot in a table: odd while it changes */
    uint64_t bound; /* of a slot in a table: env that a transfer with it was found to be right for, or ring (kernel/net); 0: none */
};

/* A copy of the capability in `slot` of a table if it is present and has all `rights`: 0, -EXO_E_CAP, -EXO_E_RIGHT. */
int cap_get(struct cap *table, uint32_t slot, uint32_t rights, struct cap *out);

/* cap_copy - what cap_get does once it knows that there is such a slot; inline for calls made very often. */
static inline int cap_copy(const struct cap *from, uint32_t rights, struct cap *out)
{
    uint32_t sequence = atomic_load_explicit(&from->sequence, memory_order_acquire);

    out->path.part[0] = __atomic_load_n(&from->path.part[0], __ATOMIC_RELAXED);
    out->path.part[1] = __atomic_load_n(&from->path.part[1], __ATOMIC_RELAXED);
    out->path.depth = __atomic_load_n(&from->path.depth, __ATOMIC_RELAXED);
    out->rights = __atomic_load_n(&from->rights, __ATOMIC_RELAXED);
    out->present = __atomic_load_n(&from->present, __ATOMIC_RELAXED);
    /* the copy before the second look; pairs with cap_set */
    atomic_thread_fence(memory_order_acquire);
    if (!out->present || sequence & 1 ||
        atomic_load_explicit(&from->sequence, memory_order_relaxed) != sequence)
        return -EXO_E_CAP;
    return (out->rights & rights) == rights ? 0 : -EXO_E_RIGHT;
}

/* Puts a copy of *value (NULL: nothing) into a slot. REQUIRES(env_lock). */
void cap_set(struct cap *slot, const struct cap *value);
