/* SPDX-License-Identifier: MIT */
/*
 * domain_test.c - every operation of the verifier's domain against brute force: all intervals and all known-bit patterns of
 * small numbers, placed at 0 and at the places where 32 and 64 bits wrap; then random large ones.
 */
#include "code/domain.h"
#include "code/insn.h"
#include "contains.h"
#include "tap.h"
#include <stdlib.h>

#define SMALL 8 /* offsets from a base */

static const uint64_t bases[] = {0, 0x7ffffffc, 0xfffffffc, 0x7ffffffffffffffc, 0xfffffffffffffffc};
static const uint8_t operations[] = {CODE_ADD, CODE_SUB, CODE_MUL, CODE_DIV, CODE_OR,   CODE_AND,
                                     CODE_LSH, CODE_RSH, CODE_MOD, CODE_XOR, CODE_ARSH, CODE_NEG};
static const uint8_t jumps[] = {CODE_JEQ,  CODE_JGT, CODE_JGE, CODE_JSET, CODE_JNE, CODE_JSGT,
                                CODE_JSGE, CODE_JLT, CODE_JLE, CODE_JSLT, CODE_JSLE};

static uint64_t seed = 1;

static uint64_t random64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint64_t concrete(uint8_t operation, bool is_signed, uint64_t a, uint64_t b, uint32_t bits)
{
    if (bits == 32) {
        uint32_t x = (uint32_t)a, y = (uint32_t)b;

        switch (operation) {
        case CODE_ADD:
            return x + y;
        case CODE_SUB:
            return x - y;
        case CODE_MUL:
            return x * y;
        case CODE_DIV:
            if (is_signed)
                return !y ? 0 : y == UINT32_MAX ? 0u - x : (uint32_t)((int32_t)x / (int32_t)y);
            return y ? x / y : 0;
        case CODE_MOD:
            if (is_signed)
                return !y ? x : y == UINT32_MAX ? 0 : (uint32_t)((int32_t)x % (int32_t)y);
            return y ? x % y : x;
        case CODE_OR:
            return x | y;
        case CODE_AND:
            return x & y;
        case CODE_XOR:
            return x ^ y;
        case CODE_LSH:
            return x << (y & 31);
        case CODE_RSH:
            return x >> (y & 31);
        case CODE_ARSH:
            return (uint32_t)((int32_t)x >> (y & 31));
        default:
            return 0u - x;
        }
    }
    switch (operation) {
    case CODE_ADD:
        return a + b;
    case CODE_SUB:
        return a - b;
    case CODE_MUL:
        return a * b;
    case CODE_DIV:
        if (is_signed)
            return !b ? 0 : b == UINT64_MAX ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b);
        return b ? a / b : 0;
    case CODE_MOD:
        if (is_signed)
            return !b ? a : b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b);
        return b ? a % b : a;
    case CODE_OR:
        return a | b;
    case CODE_AND:
        return a & b;
    case CODE_XOR:
        return a ^ b;
    case CODE_LSH:
        return a << (b & 63);
    case CODE_RSH:
        return a >> (b & 63);
    case CODE_ARSH:
        return (uint64_t)((int64_t)a >> (b & 63));
    default:
        return 0 - a;
    }
}

static bool compares(uint8_t operation, uint64_t a, uint64_t b, uint32_t bits)
{
    int64_t sa = (int64_t)a, sb = (int64_t)b;

    if (bits == 32) {
        a = (uint32_t)a;
        b = (uint32_t)b;
        sa = (int32_t)a;
        sb = (int32_t)b;
    }
    switch (operation) {
    case CODE_JEQ:
        return a == b;
    case CODE_JGT:
        return a > b;
    case CODE_JGE:
        return a >= b;
    case CODE_JSET:
        return a & b;
    case CODE_JNE:
        return a != b;
    case CODE_JSGT:
        return sa > sb;
    case CODE_JSGE:
        return sa >= sb;
    case CODE_JLT:
        return a < b;
    case CODE_JLE:
        return a <= b;
    case CODE_JSLT:
        return sa < sb;
    default:
        return sa <= sb;
    }
}

/* A description with a few of its members. */
struct sample {
    struct value v;
    uint64_t member[SMALL];
    uint32_t count;
};

static bool consistent(const struct value *v)
{
    return v->low <= v->high && !(v->bits & v->unknown);
}

/* All intervals [low, high] of SMALL numbers from a base, with their members. */
static uint32_t intervals(uint64_t base, struct sample *out)
{
    uint32_t n = 0;

    for (uint32_t low = 0; low < SMALL; low++) {
        for (uint32_t high = low; high < SMALL; high++) {
            if (base + high < base + low)
                continue;
            out[n] = (struct sample){.v = value_range(base + low, base + high)};
            for (uint32_t i = low; i <= high; i++)
                out[n].member[out[n].count++] = base + i;
            n++;
        }
    }
    return n;
}

/* Multiples of 4 and the like: known bits that no interval implies. */
static uint32_t strides(uint64_t base, struct sample *out)
{
    uint32_t n = 0;

    for (uint32_t step = 2; step <= 8; step *= 2) {
        for (uint32_t first = 0; first < step; first++) {
            struct sample *s = &out[n++];

            *s = (struct sample){.v = value_of(base + first)};
            for (uint32_t i = 0; i < SMALL && base + first + (uint64_t)i * step >= base; i++) {
                s->member[s->count++] = base + first + (uint64_t)i * step;
                s->v = value_join(s->v, value_of(base + first + (uint64_t)i * step));
            }
        }
    }
    return n;
}

static struct sample samples[5 * (SMALL * (SMALL + 1) / 2 + 14)];
static uint32_t sample_count;

static void samples_make(void)
{
    for (uint32_t i = 0; i < 5; i++) {
        sample_count += intervals(bases[i], samples + sample_count);
        sample_count += strides(bases[i], samples + sample_count);
    }
}

static void members_are_described(void)
{
    for (uint32_t s = 0; s < sample_count; s++)
        for (uint32_t i = 0; i < samples[s].count; i++)
            CHECK(value_contains(&samples[s].v, samples[s].member[i]) && consistent(&samples[s].v));
}

static void arithmetic_is_sound(void)
{
    for (uint32_t x = 0; x < sample_count; x++) {
        for (uint32_t y = 0; y < sample_count; y++) {
            for (uint32_t o = 0; o < sizeof operations * 4; o++) {
                uint8_t operation = operations[o / 4];
                uint32_t bits = o & 1 ? 32 : 64;
                bool is_signed = o & 2;

                if (is_signed && operation != CODE_DIV && operation != CODE_MOD)
                    continue;
                struct value v = value_alu(operation, is_signed, samples[x].v, samples[y].v, bits);
                bool ok = consistent(&v);

                for (uint32_t i = 0; i < samples[x].count; i++)
                    for (uint32_t j = 0; j < samples[y].count; j++)
                        ok &=
                            value_contains(&v, concrete(operation, is_signed, samples[x].member[i],
                                                        samples[y].member[j], bits));
                CHECK(ok);
            }
        }
    }
}

static void comparisons_are_sound(void)
{
    for (uint32_t x = 0; x < sample_count; x++) {
        for (uint32_t y = 0; y < sample_count; y++) {
            for (uint32_t o = 0; o < sizeof jumps * 4; o++) {
                uint8_t operation = jumps[o / 4];
                uint32_t bits = o & 1 ? 32 : 64;
                bool taken = o & 2;
                struct value a = samples[x].v, b = samples[y].v;
                bool possible = value_refine(operation, taken, bits, &a, &b);
                bool ok = !possible || (consistent(&a) && consistent(&b));

                for (uint32_t i = 0; i < samples[x].count; i++)
                    for (uint32_t j = 0; j < samples[y].count; j++)
                        if (compares(operation, samples[x].member[i], samples[y].member[j], bits) ==
                            taken)
                            ok &= possible && value_contains(&a, samples[x].member[i]) &&
                                  value_contains(&b, samples[y].member[j]);
                CHECK(ok);
            }
        }
    }
}

static void joins_and_widenings_contain_both(void)
{
    static const uint64_t thresholds[] = {1, 3, 6, 255, 65535, INT32_MAX, UINT32_MAX, INT64_MAX};

    for (uint32_t x = 0; x < sample_count; x++) {
        for (uint32_t y = 0; y < sample_count; y++) {
            struct value join = value_join(samples[x].v, samples[y].v);
            struct value wide = value_widen(samples[x].v, samples[y].v, thresholds, 8);
            bool ok = consistent(&join) && consistent(&wide);

            for (uint32_t i = 0; i < samples[x].count; i++)
                ok &= value_contains(&join, samples[x].member[i]) &&
                      value_contains(&wide, samples[x].member[i]);
            for (uint32_t i = 0; i < samples[y].count; i++)
                ok &= value_contains(&join, samples[y].member[i]) &&
                      value_contains(&wide, samples[y].member[i]);
            CHECK(ok);
        }
    }
}

static void extensions_are_sound(void)
{
    for (uint32_t x = 0; x < sample_count; x++) {
        for (uint32_t bits = 8; bits <= 64; bits *= 2) {
            struct value cut = value_truncate(samples[x].v, bits);
            struct value extended = value_sign_extend(samples[x].v, bits < 64 ? bits : 32);

            for (uint32_t i = 0; i < samples[x].count; i++) {
                uint64_t m = samples[x].member[i];

                CHECK(value_contains(&cut, bits == 64 ? m : m & ((1ull << bits) - 1)));
                CHECK(value_contains(&extended, bits == 8    ? (uint64_t)(int8_t)m
                                                : bits == 16 ? (uint64_t)(int16_t)m
                                                             : (uint64_t)(int32_t)m));
            }
        }
    }
}

/* A random description that contains x: join of x with a few others, or a range around it. */
static struct value around(uint64_t x)
{
    struct value v = value_of(x);

    for (uint32_t n = (uint32_t)(random64() % 3); n; n--)
        v = value_join(v, value_of(x ^ (random64() & random64() & random64() >> random64() % 64)));
    if (random64() % 2) {
        uint64_t down = random64() >> random64() % 64, up = random64() >> random64() % 64;

        v = value_join(
            v, value_range(x < down ? 0 : x - down, x > UINT64_MAX - up ? UINT64_MAX : x + up));
    }
    return v;
}

static void random_operands_are_sound(void)
{
    for (uint32_t n = 0; n < 300000; n++) {
        uint64_t x = random64() >> random64() % 64, y = random64() >> random64() % 64;

        if (random64() % 4 == 0)
            x = bases[random64() % 5] + random64() % 9;
        struct value a = around(x), b = around(y);

        for (uint32_t o = 0; o < sizeof operations * 4; o++) {
            uint8_t operation = operations[o / 4];
            bool is_signed = o & 2 && (operation == CODE_DIV || operation == CODE_MOD);
            uint32_t bits = o & 1 ? 32 : 64;
            struct value v = value_alu(operation, is_signed, a, b, bits);

            CHECK(consistent(&v) && value_contains(&v, concrete(operation, is_signed, x, y, bits)));
        }
        for (uint32_t o = 0; o < sizeof jumps * 2; o++) {
            uint8_t operation = jumps[o / 2];
            uint32_t bits = o & 1 ? 32 : 64;
            struct value p = a, q = b;

            CHECK(value_refine(operation, compares(operation, x, y, bits), bits, &p, &q));
            CHECK(value_contains(&p, x) && value_contains(&q, y));
        }
    }
}

/* Growing by widening ends soon, whatever grows. */
static void widening_ends(void)
{
    static const uint64_t thresholds[] = {1, 255, 65535, INT32_MAX, UINT32_MAX, INT64_MAX};

    for (uint32_t n = 0; n < 2000; n++) {
        struct value v = value_of(random64() >> random64() % 64);
        uint32_t steps = 0;

        for (uint32_t i = 0; i < 1000; i++) {
            struct value next =
                value_widen(v, around(random64() >> random64() % 64), thresholds, 6);

            steps += !value_equal(&next, &v);
            v = next;
        }
        CHECK(steps <= 96);
    }
}

static void precise_where_it_must_be(void)
{
    struct value a = value_range(0, 1000), b = value_of(60);
    struct value v = value_alu(CODE_AND, false, value_any(), value_of(0xf), 64);

    v = value_alu(CODE_LSH, false, v, value_of(2), 64);
    CHECK(v.low == 0 && v.high == 60 &&
          v.unknown == 0x3c); /* (x & 15) << 2: an IP header's length */
    CHECK(value_refine(CODE_JGT, false, 64, &a, &b) && a.high == 60);
    a = value_join(value_of(0), value_of(256));
    for (uint64_t i = 8; i < 256; i += 8)
        a = value_join(a, value_of(i));
    b = value_of(256);
    CHECK(value_refine(CODE_JNE, true, 64, &a, &b) && a.high == 248); /* steps of 8 until != 256 */
}

int main(void)
{
    samples_make();
    TEST(members_are_described);
    TEST(arithmetic_is_sound);
    TEST(comparisons_are_sound);
    TEST(joins_and_widenings_contain_both);
    TEST(extensions_are_sound);
    TEST(random_operands_are_sound);
    TEST(widening_ends);
    TEST(precise_where_it_must_be);
    return TAP_END();
}
