/* SPDX-License-Identifier: MIT */
/*
 * domain.h - what is known about a 64-bit number: an unsigned interval and known bits.
 *
 * A number x is described by v if v.low <= x <= v.high and (x & ~v.unknown) == v.bits. Every operation returns a
 * description of all results that operands so described can have; it may describe more. 32-bit operations are 64-bit
 * ones on truncated operands with a truncated result: there is no second set of bounds. Pure.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct value {
    uint64_t low, high;     /* low <= high */
    uint64_t bits, unknown; /* bits & unknown == 0 */
};

struct value value_of(uint64_t constant);
struct value value_any(void);
struct value value_range(uint64_t low, uint64_t high);

static inline bool value_constant(const struct value *v)
{
    return v->low == v->high;
}

static inline bool value_equal(const struct value *a, const struct value *b)
{
    return a->low == b->low && a->high == b->high && a->bits == b->bits && a->unknown == b->unknown;
}

struct value value_truncate(struct value v, uint32_t bits);    /* to its low 8, 16, 32 or 64 bits */
struct value value_sign_extend(struct value v, uint32_t bits); /* from its low 8, 16 or 32 bits */
struct value value_add(struct value a, struct value b);
struct value value_subtract(struct value a, struct value b);

/*
 * value_alu - the result of an arithmetic operation other than MOV and END.
 *
 * operation  CODE_ADD ..; `a_signed`: DIV and MOD are signed
 * bits       32 or 64
 */
struct value value_alu(uint8_t operation, bool a_signed, struct value a, struct value b,
                       uint32_t bits);

/* value_join - describes whatever a or b describes. */
struct value value_join(struct value a, struct value b);

/*
 * value_widen - as join, but so that a chain of widenings is short.
 *
 * thresholds  ascending, `count` of them: bounds that have grown stop at the next one
 */
struct value value_widen(struct value old, struct value new, const uint64_t *thresholds,
                         uint32_t count);

/*
 * value_refine - what remains of a and b when `a operation b` (CODE_JEQ ..) came out as `taken`.
 *
 * bits  32 or 64 bits were compared
 * Returns  false: it cannot have come out so
 */
bool value_refine(uint8_t operation, bool taken, uint32_t bits, struct value *a, struct value *b);

/* value_inverse - the comparison (not JSET) that holds when this one does not. */
uint8_t value_inverse(uint8_t operation);
