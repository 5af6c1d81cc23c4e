/* SPDX-License-Identifier: MIT */
/* type.h - program types and helpers as data: all that verifier and run time know about them. Pure. */
#pragma once
#include <stdbool.h>
#include "abi/exo_code.h"

#define CODE_READ  1
#define CODE_WRITE 2
#define CODE_LOCK  4 /* atomic operations */

/*
 * A context is 64-bit fields up to wide_bytes, 32-bit fields behind them. It begins with a pointer to the start of each of the regions
 * in `bounds` and one to its end, which is for comparisons only; the other fields are numbers.
 */
struct code_type {
    uint8_t context_bytes, wide_bytes;
    uint8_t bounds[4]; /* 0 ends the list */
    uint8_t access[EXO_CODE_REGIONS]; /* CODE_READ .. */
    uint32_t helpers;                 /* bit n: helper n may be called */
    bool loops;                       /* backward jumps are allowed, and metered */
    uint32_t cost_max;                /* of the longest path without a backward jump, in instructions of the processor */
    uint32_t fuel;                    /* for backward jumps, and for bytes that helpers move */
    uint64_t result_max;
};

enum code_argument {
    CODE_ARGUMENT_NONE,
    CODE_ARGUMENT_NUMBER,
    CODE_ARGUMENT_FROM, /* pointer into a region that may be read, other than context and stack */
    CODE_ARGUMENT_TO,   /* ... that may be written */
};

extern const struct code_type code_types[EXO_CODE_TYPES];
extern const uint8_t code_helper_arguments[EXO_CODE_HELPERS][5]; /* enum code_argument */
