/* SPDX-License-Identifier: MIT */
/*
 * domain.c - intervals and known bits.
 *
 * Why these two and no more: one unsigned 64-bit interval and one mask of known bits, kept consistent by settle(), leave
 * no second view of the same number that could disagree. Signed facts are used only where the sign is known.
 * Sources: Warren, "Hacker's Delight", Propagating Bounds; Vishwanathan et al., "Sound, Precise, and Fast Abstract
 * Interpretation with Tristate Numbers" (addition and subtraction of known bits).
 */
#include "code/domain.h"
#include "code/insn.h"

#define SIGN ((uint64_t)1 << 63)

struct value value_of(uint64_t constant)
{
    return (struct value){.low = constant, .high = constant, .bits = constant};
}

struct value value_any(void)
{
    return (struct value){.high = UINT64_MAX, .unknown = UINT64_MAX};
}

/* All ones up to the highest bit of x. */
static uint64_t mask_up_to(uint64_t x)
{
    return x ? UINT64_MAX >> __builtin_clzll(x) : 0;
}

/*
 * Let interval and bits tell each other what they know. False: they contradict each other, there is no such number.
 * Bits above the highest one in which low and high differ are known; known low bits round the bounds inwards.
 */
static bool settle(struct value *v)
{
    uint64_t open = mask_up_to(v->low ^ v->high);
    uint64_t low_known;

    if (v->low > v->high || (v->low ^ v->bits) & ~v->unknown & ~open)
        return false;
    v->bits |= v->low & ~open;
    v->unknown &= open;
    low_known = v->unknown ? (v->unknown & -v->unknown) - 1 : UINT64_MAX;
    if (v->low < v->bits)
        v->low = v->bits;
    if (v->high > (v->bits | v->unknown))
        v->high = v->bits | v->unknown;
    uint64_t up = (v->bits - v->low) & low_known;
    uint64_t down = (v->high - v->bits) & low_known;

    if (up > UINT64_MAX - v->low || down > v->high)
        return false;
    v->low += up;
    v->high -= down;
    return v->low <= v->high;
}

/* For operations whose result cannot be empty: if the parts disagree the interval alone is still right. */
static struct value settled(uint64_t low, uint64_t high, uint64_t bits, uint64_t unknown)
{
    struct value v = {.low = low, .high = high, .bits = bits & ~unknown, .unknown = unknown};

    return settle(&v) ? v : value_range(low, high);
}

struct value value_range(uint64_t low, uint64_t high)
{
    struct value v = {.low = low, .high = high, .unknown = UINT64_MAX};

    return settle(&v) ? v : value_any();
}

static struct value from_bits(uint64_t bits, uint64_t unknown)
{
    return settled(bits & ~unknown, bits | unknown, bits, unknown);
}

struct value value_truncate(struct value v, uint32_t bits)
{
    uint64_t mask = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;

    if (v.high <= mask)
        return v;
    if ((v.low & ~mask) == (v.high & ~mask))
        return settled(v.low & mask, v.high & mask, v.bits & mask, v.unknown & mask);
    return settled(0, mask, v.bits & mask, v.unknown & mask);
}

struct value value_sign_extend(struct value v, uint32_t bits)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);
    uint64_t upper = ~((sign << 1) - 1);

    v = value_truncate(v, bits);
    if (v.high < sign)
        return v;
    if (v.low >= sign)
        return settled(v.low | upper, v.high | upper, v.bits | upper, v.unknown);
    return from_bits(v.bits, v.unknown | upper | sign);
}

struct value value_add(struct value a, struct value b)
{
    uint64_t sum = a.bits + b.bits;
    uint64_t unknown = ((sum + a.unknown + b.unknown) ^ sum) | a.unknown | b.unknown;
    uint64_t low, high;
    bool low_wraps = __builtin_add_overflow(a.low, b.low, &low);
    bool high_wraps = __builtin_add_overflow(a.high, b.high, &high);

    if (low_wraps != high_wraps)
        return from_bits(sum, unknown);
    return settled(low, high, sum, unknown);
}

struct value value_subtract(struct value a, struct value b)
{
    uint64_t difference = a.bits - b.bits;
    uint64_t unknown =
        ((difference + a.unknown) ^ (difference - b.unknown)) | a.unknown | b.unknown;
    uint64_t low, high;
    bool low_wraps = __builtin_sub_overflow(a.low, b.high, &low);
    bool high_wraps = __builtin_sub_overflow(a.high, b.low, &high);

    if (low_wraps != high_wraps)
        return from_bits(difference, unknown);
    return settled(low, high, difference, unknown);
}

static struct value multiply(struct value a, struct value b)
{
    uint64_t low, high;
    uint64_t ones_a = a.bits | a.unknown, ones_b = b.bits | b.unknown;
    uint32_t zeros;

    if (!ones_a || !ones_b)
        return value_of(0);
    zeros = (uint32_t)(__builtin_ctzll(ones_a) + __builtin_ctzll(ones_b));
    uint64_t unknown = zeros >= 64 ? 0 : UINT64_MAX << zeros;

    if (__builtin_mul_overflow(a.high, b.high, &high))
        return from_bits(0, unknown);
    low = a.low * b.low;
    return settled(low, high, 0, unknown);
}

static struct value shift_left(struct value a, struct value b, uint32_t bits)
{
    uint64_t most = b.high;

    if (b.high >= bits || (most && a.high >> (64 - most)))
        return value_constant(&b) ? from_bits(a.bits << b.low, a.unknown << b.low) : value_any();
    if (value_constant(&b))
        return settled(a.low << most, a.high << most, a.bits << most, a.unknown << most);
    return value_range(a.low << b.low, a.high << most);
}

static struct value shift_right(struct value a, struct value b)
{
    if (value_constant(&b))
        return settled(a.low >> b.low, a.high >> b.low, a.bits >> b.low, a.unknown >> b.low);
    return value_range(a.low >> b.high, a.high >> b.low);
}

/* a is sign-extended to 64 bits; b is below 64. */
static struct value shift_arithmetic(struct value a, struct value b)
{
    if (a.high < SIGN)
        return shift_right(a, b);
    if (a.low < SIGN) {
        if (!value_constant(&b))
            return value_any();
        return from_bits((uint64_t)((int64_t)a.bits >> b.low),
                         (uint64_t)((int64_t)a.unknown >> b.low));
    }
    return value_range((uint64_t)((int64_t)a.low >> b.low), (uint64_t)((int64_t)a.high >> b.high));
}

/* Division by zero gives 0, modulo zero gives a (RFC 9669, "Arithmetic instructions"). Signed: known only where neither is negative. */
static struct value divide(uint8_t operation, bool a_signed, struct value a, struct value b)
{
    if (a_signed && (a.high >= SIGN || b.high >= SIGN))
        return value_any();
    if (operation == CODE_DIV)
        return value_range(b.low ? a.low / b.high : 0, b.low ? a.high / b.low : a.high);
    if (a.high < b.low)
        return a;
    return value_range(0, b.low && b.high - 1 < a.high ? b.high - 1 : a.high);
}

static struct value bitwise(uint8_t operation, struct value a, struct value b)
{
    uint64_t ones_a = a.bits | a.unknown, ones_b = b.bits | b.unknown;
    uint64_t either = a.unknown | b.unknown;

    if (operation == CODE_AND) {
        uint64_t most = a.high < b.high ? a.high : b.high;

        return settled(0, most, a.bits & b.bits, (ones_a & ones_b) & ~(a.bits & b.bits));
    }
    if (operation == CODE_OR) {
        uint64_t least = a.low > b.low ? a.low : b.low;

        return settled(least, mask_up_to(a.high | b.high), a.bits | b.bits,
                       either & ~(a.bits | b.bits));
    }
    return settled(0, mask_up_to(a.high | b.high), (a.bits ^ b.bits) & ~either, either);
}

/* Both operands are truncated, shifts are below `bits`; the result is to be truncated. */
static inline struct value apply(uint8_t operation, bool a_signed, struct value a, struct value b,
                          uint32_t bits)
{
    switch (operation) {
    case CODE_ADD:
        return value_add(a, b);
    case CODE_SUB:
        return value_subtract(a, b);
    case CODE_NEG:
        return value_subtract(value_of(0), a);
    case CODE_MUL:
        return multiply(a, b);
    case CODE_DIV:
    case CODE_MOD:
        return divide(operation, a_signed, a, b);
    case CODE_LSH:
        return shift_left(a, b, bits);
    case CODE_RSH:
        return shift_right(a, b);
    case CODE_ARSH:
        return shift_arithmetic(a, b);
    default:
        return bitwise(operation, a, b);
    }
}

struct value value_alu(uint8_t operation, bool a_signed, struct value a, struct value b,
                       uint32_t bits)
{
    a = value_truncate(a, bits);
    b = value_truncate(b, bits);
    if (operation == CODE_LSH || operation == CODE_RSH || operation == CODE_ARSH)
        b = bitwise(CODE_AND, b, value_of(bits - 1));
    if (bits == 32 && (operation == CODE_ARSH || a_signed)) {
        a = value_sign_extend(a, 32);
        b = value_sign_extend(b, 32);
    }
    return value_truncate(apply(operation, a_signed, a, b, bits), bits);
}

struct value value_join(struct value a, struct value b)
{
    uint64_t unknown = a.unknown | b.unknown | (a.bits ^ b.bits);

    return settled(a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high,
                   a.bits & ~unknown, unknown);
}

struct value value_widen(struct value old, struct value new, const uint64_t *thresholds,
                         uint32_t count)
{
    struct value v = value_join(old, new);
    uint64_t low = v.low, high = v.high;

    if (low < old.low) {
        low = 0;
        for (uint32_t i = 0; i < count && thresholds[i] <= v.low; i++)
            low = thresholds[i];
    }
    if (high > old.high) {
        high = UINT64_MAX;
        for (uint32_t i = count; i && thresholds[i - 1] >= v.high; i--)
            high = thresholds[i - 1];
    }
    /* Known high bits follow from the old bounds: let them go. Known low bits (a stride) stay. */
    if (low != v.low || high != v.high) {
        uint64_t stride = v.unknown ? (v.unknown & -v.unknown) - 1 : UINT64_MAX;

        v.unknown = ~stride;
        v.bits &= stride;
    }
    return settled(low, high, v.bits, v.unknown);
}

/* --- Refinement ------------------------------------------------------------------------------------------------- */

static bool refine_equal(struct value *a, struct value *b)
{
    struct value v = {.low = a->low > b->low ? a->low : b->low,
                      .high = a->high < b->high ? a->high : b->high,
                      .unknown = a->unknown & b->unknown};

    v.bits = (a->bits | b->bits) & ~v.unknown;
    if ((a->bits ^ b->bits) & ~a->unknown & ~b->unknown || !settle(&v))
        return false;
    *a = v;
    *b = v;
    return true;
}

/* a is not the constant c. */
static bool exclude(struct value *a, uint64_t c)
{
    if (a->low == c && a->high == c)
        return false;
    if (a->low == c)
        a->low++;
    else if (a->high == c)
        a->high--;
    return settle(a);
}

/* a < b, or a <= b when `or_equal`. */
static bool refine_less(struct value *a, struct value *b, bool or_equal)
{
    uint64_t step = !or_equal;

    if (b->high < step || a->low > UINT64_MAX - step)
        return false;
    if (a->high > b->high - step)
        a->high = b->high - step;
    if (b->low < a->low + step)
        b->low = a->low + step;
    return settle(a) && settle(b);
}

/* The bits of mask are all zero in a. */
static bool refine_clear(struct value *a, uint64_t mask)
{
    if (a->bits & mask)
        return false;
    a->unknown &= ~mask;
    return settle(a);
}

uint8_t value_inverse(uint8_t operation)
{
    static const uint8_t inverse[16] = {
        [CODE_JEQ >> 4] = CODE_JNE,   [CODE_JNE >> 4] = CODE_JEQ,   [CODE_JGT >> 4] = CODE_JLE,
        [CODE_JGE >> 4] = CODE_JLT,   [CODE_JLT >> 4] = CODE_JGE,   [CODE_JLE >> 4] = CODE_JGT,
        [CODE_JSGT >> 4] = CODE_JSLE, [CODE_JSGE >> 4] = CODE_JSLT, [CODE_JSLT >> 4] = CODE_JSGE,
        [CODE_JSLE >> 4] = CODE_JSGT,
    };

    return inverse[operation >> 4];
}

/* Signed comparisons say something when the smaller side is known not to be negative: then neither is. */
static bool refine_signed(struct value *small, struct value *large, bool or_equal, uint64_t sign)
{
    if (small->high >= sign)
        return true;
    if (large->high >= sign) {
        if (large->low >= sign)
            return false;
        large->high = sign - 1;
        if (!settle(large))
            return false;
    }
    return refine_less(small, large, or_equal);
}

bool value_refine(uint8_t operation, bool taken, uint32_t bits, struct value *a, struct value *b)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);

    if (bits == 32 && (a->high > UINT32_MAX || b->high > UINT32_MAX))
        return true;
    if (operation == CODE_JSET) {
        if (taken)
            return (a->bits | a->unknown) & (b->bits | b->unknown);
        return !value_constant(b) || refine_clear(a, b->low);
    }
    uint8_t holds = taken ? operation : value_inverse(operation);
    bool or_equal = holds & CODE_OR_EQUAL;

    if (holds == CODE_JEQ)
        return refine_equal(a, b);
    if (holds == CODE_JNE)
        return (!value_constant(b) || exclude(a, b->low)) &&
               (!value_constant(a) || exclude(b, a->low));
    struct value *small = holds & CODE_LESS ? a : b;
    struct value *large = holds & CODE_LESS ? b : a;

    return holds & CODE_SIGNED ? refine_signed(small, large, or_equal, sign)
                               : refine_less(small, large, or_equal);
}
