/* SPDX-License-Identifier: MIT */
/*
 * conformance_test.c - every instruction of RFC 9669's groups base32, base64, divmul32, divmul64, atomic32 and atomic64: vectors written
 * from its text, then all operand registers and edge operands, interpreter against compiled code.
 */
#include "asm.h"
#include "native.h"
#include "oracle.h"
#include "tap.h"
#include <inttypes.h>
#include <string.h>

static _Alignas(8) uint8_t scratch[SCRATCH_BYTES];
static struct code_check check;
static struct subject subject;
static uint64_t programs, seed;

/* Runs the program both ways: do they agree? *result is what they return. */
static bool agree(const struct code_insn *insn, uint32_t count, uint32_t type, uint64_t *result)
{
    static struct setting interpreted, compiled;
    uint64_t native;
    uint32_t at = 0, bytes;

    programs++;
    memcpy(subject.insn, insn, count * sizeof *insn);
    subject.count = count;
    subject.type = type;
    subject.memory_bytes = code_types[type].access[EXO_CODE_MEMORY] ? 64 : 0;
    subject.rodata_bytes = 64;
    subject.input_bytes = 64;
    subject.seed = 12345;
    if (oracle_check(&check, &subject, scratch) != CODE_DONE) {
        printf("# refused: error %u at %u\n", check.error, check.insn);
        return false;
    }
    oracle_setting(&interpreted, &subject);
    oracle_setting(&compiled, &subject);
    const char *wrong = oracle_run(&check, &subject, &interpreted, result, &at);

    native = native_run(&check, &compiled.run, seed += 0x9e3779b97f4a7c15, &bytes);
    if (wrong || interpreted.run.abort || native != *result || compiled.run.abort ||
        compiled.run.fuel != interpreted.run.fuel ||
        memcmp(interpreted.memory, compiled.memory, sizeof compiled.memory)) {
        printf("# %s: interpreter %" PRIx64 " (%u), compiled %" PRIx64
               " (%u); last instruction %02x\n",
               wrong ? wrong : "they differ", *result, interpreted.run.abort, native,
               compiled.run.abort, insn[count - 2].opcode);
        return false;
    }
    return true;
}

static bool gives(uint64_t expected, const struct code_insn *insn, uint32_t count)
{
    uint64_t result = 0;

    if (!agree(insn, count, EXO_CODE_OWNERSHIP, &result))
        return false;
    if (result != expected)
        printf("# %" PRIx64 ", expected %" PRIx64 "\n", result, expected);
    return result == expected;
}

#define GIVES(expected, ...)                                                                       \
    CHECK(gives(expected, (const struct code_insn[]){__VA_ARGS__},                                 \
                sizeof((struct code_insn[]){__VA_ARGS__}) / 8))
/* r0 = a, r1 = b, one instruction, exit */
#define ON(expected, a, b, ...) GIVES(expected, LDDW(0, a), LDDW(1, b), __VA_ARGS__, EXIT())
#define SIGNED(op, d, s)        INSN(CODE_ALU64 | (op) | CODE_X, d, s, 1, 0)
#define SIGNED32(op, d, s)      INSN(CODE_ALU | (op) | CODE_X, d, s, 1, 0)
#define MOVSX(d, s, bits)       INSN(CODE_ALU64 | CODE_MOV | CODE_X, d, s, bits, 0)
#define MOVSX32(d, s, bits)     INSN(CODE_ALU | CODE_MOV | CODE_X, d, s, bits, 0)

/* RFC 9669, "Arithmetic instructions". */
static void arithmetic_vectors(void)
{
    ON(3, 1, 2, ALU_R(CODE_ADD, 0, 1));
    ON(0xffffffff00000000, 0xfffffffeffffffff, 1, ALU_R(CODE_ADD, 0, 1));
    ON(0, 0xfffffffeffffffff, 1, ALU32_R(CODE_ADD, 0, 1)); /* the upper half becomes zero */
    ON(UINT64_MAX, 1, 0, ALU(CODE_SUB, 0, 2));
    ON(0xffffffff, 1, 0, ALU32(CODE_SUB, 0, 2));
    ON(UINT64_MAX, 0, 0, ALU(CODE_ADD, 0, -1)); /* immediates are sign-extended */
    ON(0xffffffff, 0, 0, ALU32(CODE_ADD, 0, -1));
    ON(0xfffffffe00000001, 0xffffffff, 0xffffffff, ALU_R(CODE_MUL, 0, 1));
    ON(1, 0xffffffff, 0xffffffff, ALU32_R(CODE_MUL, 0, 1));
    ON(0, 5, 0, ALU_R(CODE_DIV, 0, 1));              /* division by zero: zero */
    ON(5, 5, 0, ALU_R(CODE_MOD, 0, 1));              /* modulo zero: unchanged */
    ON(5, 0xff00000005, 0, ALU32_R(CODE_MOD, 0, 1)); /* but the upper half becomes zero */
    ON(0, 0xff00000005, 0, ALU32_R(CODE_DIV, 0, 1));
    ON(0x7fffffffffffffff, UINT64_MAX, 2, ALU_R(CODE_DIV, 0, 1)); /* unsigned */
    ON(0x3fffffff, 0x7fffffff, 2, ALU32_R(CODE_DIV, 0, 1));
    ON(0, 1, 0, ALU(CODE_DIV, 0, -1)); /* divisor 2^64 - 1 */
    ON((uint64_t)-2, (uint64_t)-13, 4, ALU_R(CODE_MOV, 2, 0), ALU_R(CODE_MOV, 0, 2),
       SIGNED(CODE_DIV, 0, 1), ALU(CODE_ADD, 0, 1)); /* -13 / 4 = -3, rounded to zero */
    ON((uint64_t)-1, (uint64_t)-13, 3, SIGNED(CODE_MOD, 0, 1));
    ON(1, 13, (uint64_t)-3, SIGNED(CODE_MOD, 0, 1));
    ON(1ull << 63, 1ull << 63, UINT64_MAX, SIGNED(CODE_DIV, 0, 1));
    ON(0, 1ull << 63, UINT64_MAX, SIGNED(CODE_MOD, 0, 1));
    ON(0x80000000, 0x80000000, 0xffffffff, SIGNED32(CODE_DIV, 0, 1));
    ON(0, 0x80000000, 0xffffffff, SIGNED32(CODE_MOD, 0, 1));
    ON(0, 7, 0, SIGNED(CODE_DIV, 0, 1));
    ON(7, 7, 0, SIGNED(CODE_MOD, 0, 1));
    ON(0xffffffff, 1, 0, ALU32(CODE_NEG, 0, 0));
    ON(UINT64_MAX, 1, 0, ALU(CODE_NEG, 0, 0));
    ON(4, 1, 66, ALU_R(CODE_LSH, 0, 1)); /* counts are taken modulo the width */
    ON(2, 1, 33, ALU32_R(CODE_LSH, 0, 1));
    ON(1, 0xff00000001, 32, ALU32_R(CODE_LSH, 0, 1)); /* by 0: still truncated */
    ON(0xffffffffffffffff, 1ull << 63, 63, ALU_R(CODE_ARSH, 0, 1));
    ON(0xffffffff, 0x80000000, 31, ALU32_R(CODE_ARSH, 0, 1));
    ON(1, 0x80000000, 31, ALU32_R(CODE_RSH, 0, 1));
    ON(0xfffffffffffffff0, 0xf, 0, ALU(CODE_XOR, 0, -1));
    ON(0xfffffff0, 0xf, 0, ALU32(CODE_XOR, 0, -1));
    ON(0x80000000, 0, 0, ALU32(CODE_MOV, 0, INT32_MIN));
    ON(0xffffffff80000000, 0, 0, MOV(0, INT32_MIN));
}

static void move_and_swap_vectors(void)
{
    ON(0xffffffffffffff80, 0, 0x1280, MOVSX(0, 1, 8));
    ON(0xffffff80, 0, 0x1280, MOVSX32(0, 1, 8));
    ON(0xffffffffffff8000, 0, 0x128000, MOVSX(0, 1, 16));
    ON(0xffff8000, 0, 0x128000, MOVSX32(0, 1, 16));
    ON(0xffffffff80000000, 0, 0x1280000000, MOVSX(0, 1, 32));
    ON(0x7788, 0x1122334455667788, 0, INSN(CODE_ALU | CODE_END, 0, 0, 0, 16));
    ON(0x55667788, 0x1122334455667788, 0, INSN(CODE_ALU | CODE_END, 0, 0, 0, 32));
    ON(0x1122334455667788, 0x1122334455667788, 0, INSN(CODE_ALU | CODE_END, 0, 0, 0, 64));
    ON(0x8877, 0x1122334455667788, 0, INSN(CODE_ALU | CODE_END | CODE_X, 0, 0, 0, 16));
    ON(0x88776655, 0x1122334455667788, 0, INSN(CODE_ALU | CODE_END | CODE_X, 0, 0, 0, 32));
    ON(0x8877665544332211, 0x1122334455667788, 0, INSN(CODE_ALU | CODE_END | CODE_X, 0, 0, 0, 64));
    ON(0x8877, 0x1122334455667788, 0, INSN(CODE_ALU64 | CODE_END, 0, 0, 0, 16));
    ON(0x88776655, 0x1122334455667788, 0, INSN(CODE_ALU64 | CODE_END, 0, 0, 0, 32));
    ON(0x8877665544332211, 0x1122334455667788, 0, INSN(CODE_ALU64 | CODE_END, 0, 0, 0, 64));
    GIVES(0x1122334455667788, LDDW(0, 0x1122334455667788), EXIT());
    GIVES(0xffffffffffffffff, LDDW(0, UINT64_MAX), EXIT());
}

/* Jumps: r0 becomes 1 if taken. RFC 9669, "Jump instructions". */
#define TAKEN(expected, a, b, jump)                                                                \
    GIVES(expected, LDDW(2, a), LDDW(3, b), MOV(0, 1), jump, MOV(0, 0), EXIT())

static void jump_vectors(void)
{
    TAKEN(1, 5, 5, JUMP_R(CODE_JEQ, 2, 3, 1));
    TAKEN(0, 5, 0x100000005, JUMP_R(CODE_JEQ, 2, 3, 1));
    TAKEN(1, 5, 0x100000005, JUMP32_R(CODE_JEQ, 2, 3, 1));
    TAKEN(1, UINT64_MAX, 0, JUMP(CODE_JEQ, 2, -1, 1)); /* sign-extended */
    TAKEN(0, 0xffffffff, 0, JUMP(CODE_JEQ, 2, -1, 1));
    TAKEN(1, 0xffffffff, 0, JUMP32(CODE_JEQ, 2, -1, 1));
    TAKEN(1, UINT64_MAX, 1, JUMP_R(CODE_JGT, 2, 3, 1));
    TAKEN(0, UINT64_MAX, 1, JUMP_R(CODE_JSGT, 2, 3, 1));
    TAKEN(1, 0x80000000, 1, JUMP_R(CODE_JSGT, 2, 3, 1));
    TAKEN(0, 0x80000000, 1, JUMP32_R(CODE_JSGT, 2, 3, 1));
    TAKEN(1, 7, 7, JUMP_R(CODE_JGE, 2, 3, 1));
    TAKEN(1, 7, 7, JUMP_R(CODE_JSLE, 2, 3, 1));
    TAKEN(0, 7, 7, JUMP_R(CODE_JSLT, 2, 3, 1));
    TAKEN(1, 6, 2, JUMP_R(CODE_JSET, 2, 3, 1));
    TAKEN(0, 6, 1, JUMP_R(CODE_JSET, 2, 3, 1));
    TAKEN(1, 1ull << 40, 0, JUMP(CODE_JSET, 2, INT32_MIN, 1)); /* the sign extends to bit 40 */
    TAKEN(0, 1ull << 40, 0, JUMP32(CODE_JSET, 2, INT32_MIN, 1));
    GIVES(1, MOV(0, 1), GOTO(1), EXIT(), GOTO(-2));
    GIVES(1, MOV(0, 1), INSN(CODE_JMP32 | CODE_JA, 0, 0, 0, 1), EXIT(),
          INSN(CODE_JMP32 | CODE_JA, 0, 0, 0, -2));
}

static void memory_vectors(void)
{
    GIVES(0x1122334455667788, LDDW(2, 0x1122334455667788), STORE(DW, 10, -8, 2),
          LOAD(DW, 0, 10, -8), EXIT());
    GIVES(0x55667788, LDDW(2, 0x1122334455667788), STORE(DW, 10, -8, 2), LOAD(W, 0, 10, -8),
          EXIT());
    GIVES(0x1122, LDDW(2, 0x1122334455667788), STORE(DW, 10, -8, 2), LOAD(H, 0, 10, -2), EXIT());
    GIVES(0x88, LDDW(2, 0x1122334455667788), STORE(DW, 10, -8, 2), LOAD(BYTE, 0, 10, -8), EXIT());
    GIVES(0xffffffffffffff88, LDDW(2, 0x1122334455667788), STORE(DW, 10, -8, 2),
          LOADSX(BYTE, 0, 10, -8), EXIT());
    GIVES(0x7788, LDDW(2, 0x1122334455667788), STORE(DW, 10, -8, 2), LOADSX(H, 0, 10, -8), EXIT());
    GIVES(0xffffffff85667788, LDDW(2, 0x1122334485667788), STORE(DW, 10, -8, 2),
          LOADSX(W, 0, 10, -8), EXIT());
    GIVES(0xffffffff80000001, STORE_I(DW, 10, -8, (int32_t)0x80000001), LOAD(DW, 0, 10, -8),
          EXIT());
    GIVES(0x12345678, STORE_I(DW, 10, -8, 0), STORE_I(W, 10, -8, 0x12345678), LOAD(DW, 0, 10, -8),
          EXIT());
    GIVES(0xff, STORE_I(DW, 10, -8, 0), STORE_I(BYTE, 10, -8, -1), LOAD(DW, 0, 10, -8), EXIT());
    GIVES(0xbeef0000, STORE_I(DW, 10, -8, 0), STORE_I(H, 10, -6, 0xbeef), LOAD(DW, 0, 10, -8),
          EXIT());
}

/* RFC 9669, "Atomic operations": r0 := memory * 1000 + src, both after the operation. */
#define AFTER(memory, source, size, op, old, src)                                                  \
    GIVES((uint64_t)(memory)*1000 + (uint64_t)(source), STORE_I(DW, 10, -8, old), LDDW(2, src),    \
          MOV(0, 5), ATOMIC(size, op, 10, -8, 2), LOAD(DW, 1, 10, -8), ALU(CODE_MUL, 1, 1000),     \
          MOV_R(0, 1), ALU_R(CODE_ADD, 0, 2), EXIT())

static void atomic_vectors(void)
{
    AFTER(12, 5, DW, CODE_ADD, 7, 5);
    AFTER(12, 7, DW, CODE_ADD | CODE_FETCH, 7, 5);
    AFTER(13, 12, DW, CODE_OR, 5, 12);
    AFTER(13, 5, DW, CODE_OR | CODE_FETCH, 5, 12);
    AFTER(4, 12, DW, CODE_AND, 5, 12);
    AFTER(4, 5, DW, CODE_AND | CODE_FETCH, 5, 12);
    AFTER(9, 12, DW, CODE_XOR, 5, 12);
    AFTER(9, 5, DW, CODE_XOR | CODE_FETCH, 5, 12);
    AFTER(12, 5, DW, CODE_XCHG, 5, 12);
    AFTER(12, 12, DW, CODE_CMPXCHG, 5, 12); /* r0 is 5 */
    AFTER(6, 12, DW, CODE_CMPXCHG, 6, 12);
    AFTER(12, 7, W, CODE_ADD | CODE_FETCH, 7, 0xff00000005);
}

static void atomic_upper_halves(void)
{
    /* 32-bit operations leave the upper half of memory and clear that of the register. */
    GIVES(0xffffffff00000004, STORE_I(DW, 10, -8, -1), MOV(2, 5), ATOMIC(W, CODE_ADD, 10, -8, 2),
          LOAD(DW, 0, 10, -8), EXIT());
    GIVES(0xffffffff, STORE_I(DW, 10, -8, -1), MOV(2, -5), ATOMIC(W, CODE_XCHG, 10, -8, 2),
          MOV_R(0, 2), EXIT());
    GIVES(0xffffffff, STORE_I(DW, 10, -8, -1), MOV(2, -5),
          ATOMIC(W, CODE_XOR | CODE_FETCH, 10, -8, 2), MOV_R(0, 2), EXIT());
    GIVES(0xffffffff, STORE_I(DW, 10, -8, -1), MOV(2, 1), MOV(0, -1),
          ATOMIC(W, CODE_CMPXCHG, 10, -8, 2), EXIT()); /* equal: r0 is zero-extended nevertheless */
    GIVES(0xffffffff, STORE_I(DW, 10, -8, -1), MOV(2, 1), MOV(0, 7),
          ATOMIC(W, CODE_CMPXCHG, 10, -8, 2), EXIT());
}

/* --- All registers, edge operands: interpreter against compiled code ------------------------------------------------ */

static const uint64_t edges[] = {0,
                                 1,
                                 2,
                                 31,
                                 32,
                                 63,
                                 64,
                                 0x7f,
                                 0x80,
                                 0xff,
                                 0x7fff,
                                 0x8000,
                                 0x7fffffff,
                                 0x80000000,
                                 0xffffffff,
                                 0x100000000,
                                 0x7fffffffffffffff,
                                 0x8000000000000000,
                                 0xffffffff80000000,
                                 0xfffffffffffffffe,
                                 0xffffffffffffffff,
                                 0x123456789abcdef0};
#define EDGES (sizeof edges / sizeof edges[0])

static const uint8_t operations[] = {CODE_ADD, CODE_SUB, CODE_MUL, CODE_DIV, CODE_OR,  CODE_AND,
                                     CODE_LSH, CODE_RSH, CODE_MOD, CODE_XOR, CODE_MOV, CODE_ARSH};

/* All registers but r10 get a different number, d gets a, s gets b; then the instruction; then all registers are summed up. */
static bool everywhere(struct code_insn insn, uint32_t d, uint32_t s, uint64_t a, uint64_t b)
{
    struct code_insn program[64];
    uint32_t n = 0;
    uint64_t result;

    for (uint32_t r = 0; r < 10; r++) {
        uint64_t value = r == s && s != d ? b : r == d ? a : 0x1111111111111111ull * (r + 1);

        program[n++] = INSN(CODE_LDDW, r, 0, 0, value);
        program[n++] = INSN(0, 0, 0, 0, value >> 32);
    }
    program[n++] = insn;
    for (uint32_t r = 1; r < 10; r++) {
        program[n++] = ALU(CODE_MUL, 0, 31);
        program[n++] = ALU_R(CODE_XOR, 0, r);
    }
    program[n++] = EXIT();
    return agree(program, n, EXO_CODE_OWNERSHIP, &result);
}

static void arithmetic_everywhere(void)
{
    for (uint32_t o = 0; o < sizeof operations * 4; o++) {
        uint8_t operation = operations[o / 4];
        uint8_t class = o & 1 ? CODE_ALU : CODE_ALU64;
        int16_t offset = o & 2 ? 1 : 0;
        bool ok = true;

        if (offset && operation != CODE_DIV && operation != CODE_MOD)
            continue;
        for (uint32_t d = 0; d < 10; d++)
            for (uint32_t s = 0; s < 10; s++)
                for (uint32_t e = 0; e < 4; e++)
                    ok &= everywhere(INSN(class | operation | CODE_X, d, s, offset, 0), d, s,
                                     edges[(e * 5 + d) % EDGES], edges[(e * 7 + s) % EDGES]);
        for (uint32_t x = 0; x < EDGES; x++)
            for (uint32_t y = 0; y < EDGES; y++) {
                ok &= everywhere(INSN(class | operation | CODE_X, 3, 4, offset, 0), 3, 4, edges[x],
                                 edges[y]);
                ok &=
                    everywhere(INSN(class | operation, 6, 0, offset, edges[y]), 6, 6, edges[x], 0);
            }
        CHECK(ok);
    }
}

static void single_operand_everywhere(void)
{
    for (uint32_t d = 0; d < 10; d++) {
        for (uint32_t x = 0; x < EDGES; x++) {
            CHECK(everywhere(INSN(CODE_ALU64 | CODE_NEG, d, 0, 0, 0), d, d, edges[x], 0));
            CHECK(everywhere(INSN(CODE_ALU | CODE_NEG, d, 0, 0, 0), d, d, edges[x], 0));
            for (int32_t bits = 16; bits <= 64; bits *= 2) {
                CHECK(everywhere(INSN(CODE_ALU | CODE_END, d, 0, 0, bits), d, d, edges[x], 0));
                CHECK(everywhere(INSN(CODE_ALU | CODE_END | CODE_X, d, 0, 0, bits), d, d, edges[x],
                                 0));
                CHECK(everywhere(INSN(CODE_ALU64 | CODE_END, d, 0, 0, bits), d, d, edges[x], 0));
            }
            for (uint32_t s = 0; s < 10; s++) {
                CHECK(everywhere(MOVSX(d, s, 8), d, s, 0, edges[x]) &&
                      everywhere(MOVSX(d, s, 16), d, s, 0, edges[x]));
                CHECK(everywhere(MOVSX(d, s, 32), d, s, 0, edges[x]) &&
                      everywhere(MOVSX32(d, s, 8), d, s, 0, edges[x]));
                CHECK(everywhere(MOVSX32(d, s, 16), d, s, 0, edges[x]));
            }
        }
    }
}

static void jumps_everywhere(void)
{
    for (uint8_t operation = CODE_JEQ; operation <= CODE_JSLE; operation += 0x10) {
        if (operation == CODE_CALL || operation == CODE_EXIT)
            continue;
        for (uint32_t x = 0; x < EDGES; x++) {
            for (uint32_t y = 0; y < EDGES; y++) {
                for (uint32_t form = 0; form < 4; form++) {
                    uint32_t d = (x + y) % 9 + 1, s = (x * 3 + y) % 9 + 1;
                    uint8_t class = form & 1 ? CODE_JMP : CODE_JMP32;
                    struct code_insn jump = form & 2 ? INSN(class | operation | CODE_X, d, s, 1, 0)
                                                     : INSN(class | operation, d, 0, 1, edges[y]);
                    struct code_insn program[] = {
                        LDDW(d, edges[x]), LDDW(s, edges[y]), MOV(0, 1), jump, MOV(0, 2), EXIT()};
                    uint64_t result;

                    CHECK(agree(program, 8, EXO_CODE_OWNERSHIP, &result));
                }
            }
        }
    }
}

/* Loads, stores and atomic operations on the memory window, guarded and proved, with every pair of registers. */
static void memory_everywhere(void)
{
    static const uint8_t sizes[] = {DW, W, H, BYTE};
    static const int32_t atomics[] = {CODE_ADD,     CODE_OR,     CODE_AND,     CODE_XOR,
                                      CODE_ADD | 1, CODE_OR | 1, CODE_AND | 1, CODE_XOR | 1,
                                      CODE_XCHG,    CODE_CMPXCHG};

    for (uint32_t p = 0; p < 10; p++) {
        for (uint32_t r = 0; r < 10; r++) {
            for (uint32_t guarded = 0; guarded < 2; guarded++) {
                for (uint32_t form = 0; form < 4 * 4 + 20; form++) {
                    struct code_insn program[64];
                    uint32_t n = 0;
                    uint64_t result;
                    uint8_t size = sizes[form % 4];
                    struct code_insn insn =
                        form < 4    ? LOAD(size, r, p, 8)
                        : form < 8  ? STORE(size, p, 8, r)
                        : form < 12 ? STORE_I(size, p, 8, 0x89abcdef)
                        : form < 16 ? LOADSX(size == DW ? W : size, r, p, 8)
                                    : ATOMIC(form % 2 ? W : DW, atomics[(form - 16) / 2], p, 8, r);

                    if (p == r && form >= 4 && (form < 8 || form >= 16))
                        continue; /* would store the pointer */
                    program[n++] =
                        INSN(CODE_LDX | CODE_MEM | DW, 6, 1, 48, 0); /* now_ns: unknown */
                    program[n++] = ALU(CODE_AND, 6, 0);
                    program[n++] = INSN(CODE_LDX | CODE_MEM | DW, 7, 1, 32, 0);
                    if (guarded) { /* offset that the analysis cannot know: length & 0 read from memory */
                        program[n++] = LOAD(DW, 6, 7, 0);
                        program[n++] = ALU_R(CODE_XOR, 6, 6);
                        program[n++] = LOAD(DW, 6, 7, 0);
                        program[n++] = ALU(CODE_RSH, 6, 63);
                        program[n++] = ALU(CODE_LSH, 6, 8);
                        program[n++] = ALU_R(CODE_ADD, 7, 6);
                        program[n++] = ALU_R(CODE_SUB, 7, 6);
                    }
                    program[n++] = STORE(DW, 10, -8, 7);
                    for (uint32_t i = 0; i < 10; i++) {
                        program[n++] = INSN(CODE_LDDW, i, 0, 0, 0x91929394 + i);
                        program[n++] = INSN(0, 0, 0, 0, 0x11121314 + i);
                    }
                    program[n++] = LOAD(DW, p, 10, -8);
                    program[n++] = insn;
                    program[n++] = MOV(p, 0);
                    for (uint32_t i = 1; i < 10; i++) {
                        program[n++] = ALU(CODE_MUL, 0, 31);
                        program[n++] = ALU_R(CODE_XOR, 0, i);
                    }
                    program[n++] = ALU(CODE_AND, 0, 1);
                    program[n++] = EXIT();
                    if (p == 0 && form >= 16 && atomics[(form - 16) / 2] == CODE_CMPXCHG)
                        continue; /* r0 is a pointer */
                    CHECK(agree(program, n, EXO_CODE_PACKET, &result));
                }
            }
        }
    }
}

/* Text: begins with ENDBR64, has no indirect branch opcode at an instruction boundary that we emit, and no large constant. */
static void text_is_hardened(void)
{
    static const uint32_t wanted[] = {0x90909090, 0xc3c3c3c3, 0xfa1e0ff3};
    uint32_t found = 0;

    for (uint32_t i = 0; i < 3; i++) {
        struct code_insn program[] = {MOV(0, (int32_t)wanted[i]),
                                      ALU(CODE_XOR, 0, (int32_t)wanted[i]),
                                      ALU32(CODE_ADD, 0, (int32_t)wanted[i]),
                                      JUMP(CODE_JEQ, 0, (int32_t)wanted[i], 0),
                                      STORE_I(W, 10, -8, (int32_t)wanted[i]),
                                      LDDW(1, wanted[i] * 0x100000001ull),
                                      ALU(CODE_MUL, 0, (int32_t)wanted[i]),
                                      EXIT()};
        uint64_t result;
        uint32_t bytes;

        CHECK(agree(program, 9, EXO_CODE_OWNERSHIP, &result));
        const uint8_t *text = native_text(&check, 99, &bytes);

        CHECK(text && !memcmp(text, "\xf3\x0f\x1e\xfa", 4));
        for (uint32_t at = 4; at + 4 <= bytes; at++)
            found += !memcmp(text + at, &wanted[i], 4);
    }
    CHECK(found == 0);
}

/* What a guard leaves of an offset when its jump is mispredicted: sbb r10, r10; and r11, r10. No test can see it work. */
static void guards_are_hardened(void)
{
    struct code_insn program[] = {LOAD(DW, 2, 1, 32), LOAD(DW, 0, 2, 4096), MOV(0, 0), EXIT()};
    uint32_t bytes, found = 0;

    memcpy(subject.insn, program, sizeof program);
    subject.count = 4;
    subject.type = EXO_CODE_PACKET;
    subject.memory_bytes = 64;
    CHECK(oracle_check(&check, &subject, scratch) == CODE_DONE && check.guarded == 1);
    const uint8_t *text = native_text(&check, 1, &bytes);

    for (uint32_t at = 0; at + 6 <= bytes; at++)
        found += !memcmp(text + at, "\x4d\x19\xd2\x4d\x21\xd3", 6);
    CHECK(found == 1);
}

static void all_counted(void)
{
    printf("# %" PRIu64 " programs\n", programs);
    CHECK(programs > 30000);
}

int main(void)
{
    TEST(arithmetic_vectors);
    TEST(move_and_swap_vectors);
    TEST(jump_vectors);
    TEST(memory_vectors);
    TEST(atomic_vectors);
    TEST(atomic_upper_halves);
    TEST(arithmetic_everywhere);
    TEST(single_operand_everywhere);
    TEST(jumps_everywhere);
    TEST(memory_everywhere);
    TEST(text_is_hardened);
    TEST(guards_are_hardened);
    TEST(all_counted);
    return TAP_END();
}
