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
    uint64_t bound; /* of a slot in a table: env that a transfer with it was found to be right for; 0: none */
};

/* A copy of the capability in `slot` of a table if it is present and has all `rights`: 0, -EXO_E_CAP, -EXO_E_RIGHT. */
int cap_get(struct cap *table, uint32_t slot, uint32_t rights, struct cap *out);

/* Puts a copy of *value (NULL: nothing) into a slot. REQUIRES(env_lock). */
void cap_set(struct cap *slot, const struct cap *value);
