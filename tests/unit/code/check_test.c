/* SPDX-License-Identifier: MIT */
/*
 * check_test.c - programs that the verifier must refuse, with reason and place, and programs that it must accept, with what is
 * proved and what is guarded. The attacks of the threat list: E01 time, E02 memory, E05 the verifier itself, E06 ownership
 * functions.
 */
#include "asm.h"
#include "oracle.h"
#include "tap.h"
#include <string.h>

#define ANY 0xffffffff

static _Alignas(8) uint8_t scratch[8 << 20];
static struct code_check check;

static enum code_progress verify(uint32_t type, const struct code_insn *insn, uint32_t count)
{
    struct code_subject subject = {
        .insn = insn, .count = count, .type = type, .memory_bytes = 256, .rodata_bytes = 64};

    if (!code_types[type].access[EXO_CODE_MEMORY])
        subject.memory_bytes = 0;
    enum code_progress progress = code_check_begin(&check, &subject, scratch, sizeof scratch);

    while (progress == CODE_MORE)
        progress = code_check_step(&check, 100);
    return progress;
}

static bool refuses(uint32_t type, uint32_t error, uint32_t at, const struct code_insn *insn,
                    uint32_t count)
{
    enum code_progress progress = verify(type, insn, count);

    if (progress == CODE_REFUSED && check.error == error && (at == ANY || check.insn == at))
        return true;
    printf("# got error %u at %u, wanted %u at %u\n", progress == CODE_DONE ? 0 : check.error,
           check.insn, error, at);
    return false;
}

static bool accepts(uint32_t type, uint32_t proved, uint32_t guarded, const struct code_insn *insn,
                    uint32_t count)
{
    if (verify(type, insn, count) == CODE_DONE && check.proved == proved &&
        check.guarded == guarded)
        return true;
    printf("# error %u at %u, proved %u, guarded %u; wanted %u, %u\n", check.error, check.insn,
           check.proved, check.guarded, proved, guarded);
    return false;
}

#define LIST(...)                                                                                  \
    (const struct code_insn[]){__VA_ARGS__}, sizeof((struct code_insn[]){__VA_ARGS__}) / 8
#define REFUSE(type, error, at, ...)                                                               \
    CHECK(refuses(EXO_CODE_##type, EXO_CODE_E_##error, at, LIST(__VA_ARGS__)))
#define ACCEPT(type, proved, guarded, ...)                                                         \
    CHECK(accepts(EXO_CODE_##type, proved, guarded, LIST(__VA_ARGS__)))

#define PKT     0 /* offsets in struct exo_code_packet */
#define PKT_END 8
#define REPLY   16
#define MEMORY  32
#define MEM_END 40

static void shapes(void)
{
    REFUSE(PACKET, END, 0, MOV(0, 0));
    REFUSE(PACKET, END, 1, EXIT(), INSN(CODE_LDDW, 0, 0, 0, 0));
    REFUSE(PACKET, UNREACHED, 2, MOV(0, 0), EXIT(), EXIT());
    REFUSE(PACKET, JUMP, 0, GOTO(5), EXIT());
    REFUSE(PACKET, JUMP, 0, GOTO(-2), EXIT());
    REFUSE(PACKET, JUMP, 1, MOV(0, 0), JUMP(CODE_JEQ, 0, 1, 1), LDDW(1, 5), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(0x20, 0, 0, 0, 0), EXIT()); /* legacy packet load */
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_JMP | CODE_CALL, 0, 1, 0, 1), EXIT()); /* local call */
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_JMP | CODE_CALL | CODE_X, 0, 0, 0, 1), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_JMP32 | CODE_EXIT, 0, 0, 0, 0));
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_ALU64 | 0xe0, 0, 0, 0, 0), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_LDX | CODE_MEMSX | DW, 0, 1, 0, 0), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_STX | CODE_ATOMIC | H, 10, 0, -8, CODE_ADD), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU64 | CODE_MOV, 0, 1, 0, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU64 | CODE_MOV, 11, 0, 0, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU64 | CODE_MOV | CODE_X, 0, 12, 0, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU64 | CODE_ADD, 0, 0, 1, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU | CODE_MOV | CODE_X, 0, 1, 32, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU | CODE_END, 0, 0, 0, 24), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU | CODE_END, 0, 0, 1, 16), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU | CODE_END, 0, 1, 0, 16), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_ALU64 | CODE_END | CODE_X, 0, 0, 0, 16), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_ALU | CODE_NEG | CODE_X, 0, 1, 0, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_ALU | CODE_NEG, 0, 0, 0, 1), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_JMP32 | CODE_JA, 0, 0, 1, 0), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_JMP | CODE_JA | CODE_X, 0, 0, 0, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_JMP | CODE_EXIT, 0, 0, 0, 1));
    REFUSE(PACKET, FIELD, 0, INSN(CODE_LDDW, 0, 0, 0, 0), INSN(1, 0, 0, 0, 0), EXIT());
    REFUSE(PACKET, FIELD, 0, INSN(CODE_LDDW, 0, 6, 0, 2), INSN(0, 0, 0, 0, 0), EXIT());
    REFUSE(PACKET, OPCODE, 0, INSN(CODE_LDDW, 0, 1, 0, 0), INSN(0, 0, 0, 0, 0), EXIT());
    REFUSE(PACKET, FIELD, 1, MOV(0, 0), INSN(CODE_STX | CODE_ATOMIC | DW, 10, 0, -8, 0x30), EXIT());
    CHECK(refuses(EXO_CODE_PACKET, EXO_CODE_E_LENGTH, 0, NULL, 0));
}

/* E02: what was not written is not read. */
static void uninitialised(void)
{
    REFUSE(PACKET, UNINIT, 0, EXIT());
    REFUSE(PACKET, UNINIT, 0, MOV_R(0, 2), EXIT());
    REFUSE(PACKET, UNINIT, 0, ALU(CODE_ADD, 3, 1), MOV(0, 0), EXIT());
    REFUSE(PACKET, UNINIT, 1, MOV(0, 0), JUMP_R(CODE_JEQ, 0, 5, 0), EXIT());
    REFUSE(PACKET, UNINIT, 0, LOAD(DW, 0, 10, -8), EXIT());
    REFUSE(PACKET, UNINIT, 1, STORE_I(W, 10, -8, 0), LOAD(DW, 0, 10, -8), EXIT());
    REFUSE(PACKET, UNINIT, 1, STORE_I(DW, 10, -8, 0), LOAD(DW, 0, 10, -12), EXIT());
    REFUSE(PACKET, UNINIT, 4, LOAD(W, 2, 1, 56), MOV(0, 0), JUMP(CODE_JEQ, 2, 0, 1), MOV(3, 1),
           MOV_R(0, 3), EXIT()); /* only on one path */
    REFUSE(PACKET, UNINIT, 6, LOAD(W, 2, 1, 56), MOV(0, 0), JUMP(CODE_JEQ, 2, 0, 2),
           STORE_I(DW, 10, -8, 0), GOTO(1), MOV(3, 0), LOAD(DW, 0, 10, -8),
           EXIT()); /* the same of the stack */
    REFUSE(PACKET, UNINIT, 2, MOV(1, 1), CALL(EXO_CODE_HELPER_WAKE), MOV_R(2, 1), EXIT());
    REFUSE(PACKET, UNINIT, 1, LOAD(DW, 1, 1, REPLY), CALL(EXO_CODE_HELPER_SEND), EXIT());
    REFUSE(PACKET, UNINIT, 0, STORE(DW, 10, -8, 7), MOV(0, 0), EXIT());
    ACCEPT(PACKET, 3, 0, STORE_I(W, 10, -8, 1), STORE_I(W, 10, -4, 0), LOAD(DW, 0, 10, -8), EXIT());
}

/* E02: numbers are no pointers, pointers are no numbers, and they stay inside. */
static void pointers(void)
{
    REFUSE(PACKET, NOT_POINTER, 1, MOV(2, 64), LOAD(DW, 0, 2, 0), EXIT());
    REFUSE(PACKET, NOT_POINTER, 2, LDDW(2, 0xffffffff80000000), LOAD(DW, 0, 2, 0), EXIT());
    REFUSE(PACKET, NOT_POINTER, 1, LOAD(DW, 2, 1, PKT_END), LOAD(BYTE, 0, 2, -1), EXIT());
    REFUSE(PACKET, ARITHMETIC, 0, ALU(CODE_MUL, 1, 2), MOV(0, 0), EXIT());
    REFUSE(PACKET, ARITHMETIC, 0, ALU32(CODE_ADD, 1, 0), MOV(0, 0), EXIT());
    REFUSE(PACKET, ARITHMETIC, 1, MOV(2, 0), ALU_R(CODE_SUB, 2, 1), MOV(0, 0), EXIT());
    REFUSE(PACKET, ARITHMETIC, 0, ALU_R(CODE_ADD, 1, 10), MOV(0, 0), EXIT());
    REFUSE(PACKET, ARITHMETIC, 0, ALU_R(CODE_SUB, 1, 10), MOV(0, 0), EXIT()); /* two regions */
    REFUSE(PACKET, ARITHMETIC, 0, ALU(CODE_NEG, 1, 0), MOV(0, 0), EXIT());
    REFUSE(PACKET, ARITHMETIC, 0, INSN(CODE_ALU | CODE_END, 1, 0, 0, 64), MOV(0, 0), EXIT());
    REFUSE(PACKET, ARITHMETIC, 1, LOAD(DW, 2, 1, PKT_END), ALU(CODE_SUB, 2, 1), MOV(0, 0), EXIT());
    REFUSE(PACKET, COMPARE, 1, MOV(0, 0), JUMP(CODE_JGT, 1, 0, 0), EXIT());
    REFUSE(PACKET, COMPARE, 1, MOV(0, 0), JUMP(CODE_JEQ, 1, 4, 0), EXIT());
    REFUSE(PACKET, COMPARE, 1, MOV(0, 0), JUMP_R(CODE_JEQ, 1, 10, 0), EXIT());
    REFUSE(PACKET, COMPARE, 1, MOV(0, 0), JUMP32(CODE_JEQ, 1, 0, 0), EXIT());
    REFUSE(PACKET, COMPARE, 3, LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, PKT_END), MOV(0, 0),
           JUMP_R(CODE_JSGT, 2, 3, 0), EXIT());
    REFUSE(PACKET, LEAK, 0, INSN(CODE_ALU | CODE_MOV | CODE_X, 0, 1, 0, 0), EXIT());
    REFUSE(PACKET, LEAK, 0, INSN(CODE_ALU64 | CODE_MOV | CODE_X, 0, 1, 32, 0), EXIT());
    REFUSE(PACKET, LEAK, 0, STORE(W, 10, -8, 1), MOV(0, 0), EXIT());
    REFUSE(PACKET, LEAK, 0, STORE(DW, 10, -12, 1), MOV(0, 0), EXIT());
    REFUSE(PACKET, LEAK, 1, LOAD(DW, 2, 1, MEMORY), STORE(DW, 2, 0, 2), MOV(0, 0), EXIT());
    REFUSE(PACKET, LEAK, 1, LOAD(DW, 2, 1, MEMORY), ATOMIC(DW, CODE_XCHG, 2, 0, 1), MOV(0, 0),
           EXIT());
    REFUSE(PACKET, LEAK, 3, STORE(DW, 10, -8, 1), MOV(2, 0), MOV(0, 0),
           ATOMIC(DW, CODE_ADD, 10, -8, 2), EXIT());
    REFUSE(PACKET, UNINIT, 1, STORE(DW, 10, -8, 1), LOAD(W, 0, 10, -8),
           EXIT()); /* half a pointer */
    REFUSE(PACKET, RESULT, 1, MOV_R(0, 1), EXIT());
    REFUSE(PACKET, FRAME, 0, MOV(10, 0), MOV(0, 0), EXIT());
    REFUSE(PACKET, FRAME, 0, LOAD(W, 10, 1, 56), MOV(0, 0), EXIT());
    REFUSE(PACKET, MIXED, 6, LOAD(W, 3, 1, 56), LOAD(DW, 2, 1, PKT), MOV(0, 0),
           JUMP(CODE_JEQ, 3, 0, 1), LOAD(DW, 2, 1, MEMORY), MOV(0, 0), LOAD(BYTE, 0, 2, 0), EXIT());
    ACCEPT(PACKET, 3, 0, LOAD(DW, 2, 1, PKT), STORE(DW, 10, -8, 2), LOAD(DW, 3, 10, -8), MOV(0, 0),
           EXIT());
}

static void regions(void)
{
    REFUSE(PACKET, CONTEXT, 0, LOAD(W, 0, 1, PKT), EXIT());
    REFUSE(PACKET, CONTEXT, 0, LOAD(DW, 0, 1, 4), EXIT());
    REFUSE(PACKET, CONTEXT, 0, LOAD(DW, 0, 1, 64), EXIT());
    REFUSE(PACKET, CONTEXT, 0, LOAD(DW, 0, 1, -8), EXIT());
    REFUSE(PACKET, CONTEXT, 1, MOV(0, 0), STORE(DW, 1, 48, 0), EXIT());
    REFUSE(PACKET, CONTEXT, 2, LOAD(W, 2, 1, 56), ALU_R(CODE_ADD, 1, 2), LOAD(DW, 0, 1, 0), EXIT());
    REFUSE(PACKET, STACK, 1, MOV(0, 0), STORE(DW, 10, 0, 0), EXIT());
    REFUSE(PACKET, STACK, 1, MOV(0, 0), STORE(DW, 10, -520, 0), EXIT());
    REFUSE(PACKET, STACK, 1, MOV(0, 0), STORE(DW, 10, -4, 0), EXIT());
    REFUSE(PACKET, STACK, 4, LOAD(W, 2, 1, 56), ALU(CODE_AND, 2, 7), MOV_R(3, 10),
           ALU_R(CODE_SUB, 3, 2), STORE_I(BYTE, 3, -8, 0), MOV(0, 0), EXIT());
    REFUSE(PACKET, READ_ONLY, 1, LOAD(DW, 2, 1, PKT), STORE_I(BYTE, 2, 0, 0), MOV(0, 0), EXIT());
    REFUSE(PACKET, READ_ONLY, 2, LDDW_REGION(2, CODE_LDDW_RODATA, 0), STORE_I(BYTE, 2, 0, 0),
           MOV(0, 0), EXIT());
    REFUSE(PREDICATE, READ_ONLY, 1, LOAD(DW, 2, 1, 0), STORE_I(BYTE, 2, 0, 0), MOV(0, 0), EXIT());
    REFUSE(OWNERSHIP, REGION, 2, LDDW_REGION(2, CODE_LDDW_MEMORY, 0), LOAD(BYTE, 0, 2, 0), EXIT());
    REFUSE(PACKET, ATOMIC, 2, LOAD(DW, 2, 1, REPLY), MOV(0, 0), ATOMIC(DW, CODE_ADD, 2, 0, 0),
           EXIT());
    REFUSE(PACKET, ATOMIC, 2, MOV(0, 0), STORE(DW, 10, -8, 0), ATOMIC(DW, CODE_ADD, 10, -12, 0),
           EXIT());
    REFUSE(PACKET, CONTEXT, 1, MOV(0, 0), ATOMIC(DW, CODE_ADD, 1, 48, 0), EXIT());
    /* The window has 256 bytes: its last 8 are proved, the 8 behind are guarded. */
    ACCEPT(PACKET, 2, 0, LOAD(DW, 2, 1, MEMORY), LOAD(DW, 0, 2, 248), EXIT());
    ACCEPT(PACKET, 1, 1, LOAD(DW, 2, 1, MEMORY), LOAD(DW, 0, 2, 249), EXIT());
    ACCEPT(PACKET, 1, 1, LOAD(DW, 2, 1, MEMORY), LOAD(DW, 0, 2, -1), EXIT());
    ACCEPT(PACKET, 1, 0, LDDW_REGION(2, CODE_LDDW_RODATA, 56), LOAD(DW, 0, 2, 0), EXIT());
    ACCEPT(PACKET, 0, 1, LDDW_REGION(2, CODE_LDDW_RODATA, 57), LOAD(DW, 0, 2, 0), EXIT());
}

/* p + 14 <= end proves 14 bytes and no more; the other branch proves nothing. */
static void packet_checks(void)
{
#define CHECKED(jump, size, offset)                                                                \
    LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, PKT_END), MOV(0, 0), MOV_R(4, 2), ALU(CODE_ADD, 4, 14),    \
        jump, LOAD(size, 5, 2, offset), EXIT()
    ACCEPT(PACKET, 3, 0, CHECKED(JUMP_R(CODE_JGT, 4, 3, 1), BYTE, 13));
    ACCEPT(PACKET, 2, 1, CHECKED(JUMP_R(CODE_JGT, 4, 3, 1), BYTE, 14));
    ACCEPT(PACKET, 2, 1, CHECKED(JUMP_R(CODE_JGT, 4, 3, 1), H, 13));
    ACCEPT(PACKET, 3, 0, CHECKED(JUMP_R(CODE_JGE, 4, 3, 1), BYTE, 14));
    ACCEPT(PACKET, 2, 1, CHECKED(JUMP_R(CODE_JGE, 4, 3, 1), BYTE, 15));
    ACCEPT(PACKET, 3, 0, CHECKED(JUMP_R(CODE_JLT, 3, 4, 1), BYTE, 13));
    ACCEPT(PACKET, 3, 0, CHECKED(JUMP_R(CODE_JNE, 3, 4, 1), BYTE, 13));
    ACCEPT(PACKET, 2, 1, CHECKED(JUMP_R(CODE_JLE, 4, 3, 1), BYTE, 0));
    ACCEPT(PACKET, 2, 1, CHECKED(JUMP_R(CODE_JEQ, 4, 3, 1), BYTE, 0));
    ACCEPT(PACKET, 2, 1, CHECKED(JUMP(CODE_JEQ, 4, 0, 1), BYTE, 0));
    /* The end of another region proves nothing: it cannot even be compared with. */
    REFUSE(PACKET, COMPARE, 3, LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, MEM_END), MOV(0, 0),
           JUMP_R(CODE_JGT, 2, 3, 1), LOAD(BYTE, 0, 2, -1), EXIT());
    /* A bounded index behind a checked header; an unbounded one. */
    ACCEPT(PACKET, 4, 0, LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, PKT_END), MOV_R(4, 2),
           ALU(CODE_ADD, 4, 80), MOV(0, 0), JUMP_R(CODE_JGT, 4, 3, 5), LOAD(BYTE, 5, 2, 14),
           ALU(CODE_AND, 5, 15), ALU(CODE_LSH, 5, 2), ALU_R(CODE_ADD, 2, 5), LOAD(W, 0, 2, 16),
           EXIT());
    ACCEPT(PACKET, 3, 1, LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, PKT_END), MOV_R(4, 2),
           ALU(CODE_ADD, 4, 80), MOV(0, 0), JUMP_R(CODE_JGT, 4, 3, 5), LOAD(BYTE, 5, 2, 14),
           ALU(CODE_AND, 5, 15), ALU(CODE_LSH, 5, 2), ALU_R(CODE_ADD, 2, 5), LOAD(W, 0, 2, 17),
           EXIT());
    /* A pointer that is somewhere in [14, 29] and below the end proves 14 bytes, not 29. */
    ACCEPT(PACKET, 3, 1, LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, PKT_END), LOAD(W, 4, 1, 56),
           ALU(CODE_AND, 4, 15), MOV(0, 0), MOV_R(5, 2), ALU_R(CODE_ADD, 5, 4),
           ALU(CODE_ADD, 5, 14), JUMP_R(CODE_JGT, 5, 3, 1), LOAD(BYTE, 0, 2, 14), EXIT());
    ACCEPT(PACKET, 4, 0, LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, PKT_END), LOAD(W, 4, 1, 56),
           ALU(CODE_AND, 4, 15), MOV(0, 0), MOV_R(5, 2), ALU_R(CODE_ADD, 5, 4),
           ALU(CODE_ADD, 5, 14), JUMP_R(CODE_JGT, 5, 3, 1), LOAD(BYTE, 0, 2, 13), EXIT());
    /* More than can be mapped behind a mispredicted check is guarded again. */
    ACCEPT(PACKET, 2, 1, LOAD(DW, 2, 1, PKT), LOAD(DW, 3, 1, PKT_END), MOV_R(4, 2),
           ALU(CODE_ADD, 4, 4000), MOV(0, 0), JUMP_R(CODE_JGT, 4, 3, 1), LOAD(BYTE, 0, 2, 2048),
           EXIT());
}

/* E01: loops are metered, or not allowed; straight programs have a proved cost. */
static void loops(void)
{
    REFUSE(PREDICATE, LOOP, 1, MOV(0, 0), GOTO(-1));
    REFUSE(PREDICATE, LOOP, 2, MOV(0, 0), ALU(CODE_ADD, 0, 1), JUMP(CODE_JNE, 0, 3, -2), EXIT());
    ACCEPT(PACKET, 0, 0, MOV(0, 0), GOTO(-1));
}

static void endless_loop_is_metered(void)
{
    struct code_insn insn[] = {MOV(0, 0), ALU(CODE_ADD, 0, 1), JUMP(CODE_JNE, 0, 0, -2), EXIT()};

    CHECK(verify(EXO_CODE_PACKET, insn, 4) == CODE_DONE && check.loops == 1);
    CHECK(check.note[0].cost == 6 + 6 + 10 + 10 && check.note[1].cost == 6 + 10 + 10);
    CHECK(code_back_cost(&check, 2) == 6 + 10); /* what the loop's body costs */
    struct subject subject = {
        .count = 4, .type = EXO_CODE_PACKET, .memory_bytes = 256, .rodata_bytes = 64};
    static struct setting setting;
    uint64_t result;
    uint32_t at;

    memcpy(subject.insn, insn, sizeof insn);
    oracle_setting(&setting, &subject);
    CHECK(!oracle_run(&check, &subject, &setting, &result, &at));
    CHECK(setting.run.abort == EXO_CODE_A_FUEL && setting.run.insn == 2);
    CHECK(setting.run.fuel < 0 && setting.run.fuel >= -(6 + 10));
}

static void loops_keep_bounds(void)
{
    /* for (i = 0; i != 32; i++) memory[i * 8]: the pointer steps in parallel, as compilers make it. */
    ACCEPT(PACKET, 2, 0, LOAD(DW, 2, 1, MEMORY), MOV(3, 0), MOV(0, 0), MOV_R(4, 2),
           ALU_R(CODE_ADD, 4, 3), LOAD(DW, 5, 4, 0), ALU(CODE_ADD, 3, 8),
           JUMP(CODE_JNE, 3, 256, -5), EXIT());
    /* One more round would be outside: guarded, not proved. */
    ACCEPT(PACKET, 1, 1, LOAD(DW, 2, 1, MEMORY), MOV(3, 0), MOV(0, 0), MOV_R(4, 2),
           ALU_R(CODE_ADD, 4, 3), LOAD(DW, 5, 4, 0), ALU(CODE_ADD, 3, 8),
           JUMP(CODE_JNE, 3, 264, -5), EXIT());
    /* A pointer that moves on for ever is still a pointer, and guarded. */
    ACCEPT(PACKET, 1, 1, LOAD(DW, 2, 1, MEMORY), MOV(0, 0), LOAD(BYTE, 3, 2, 0),
           ALU(CODE_ADD, 2, 1), JUMP(CODE_JNE, 3, 0, -3), EXIT());
    /* What holds in the first round only is forgotten. */
    REFUSE(PACKET, MIXED, 2, LOAD(DW, 2, 1, MEMORY), MOV(0, 1), LOAD(BYTE, 0, 2, 0),
           LOAD(DW, 2, 1, REPLY), JUMP(CODE_JNE, 0, 0, -3), EXIT());
    REFUSE(PACKET, UNINIT, 3, MOV(1, 1), MOV(2, 5), MOV(0, 1), MOV_R(3, 2),
           CALL(EXO_CODE_HELPER_WAKE), JUMP(CODE_JNE, 0, 0, -3), EXIT());
}

static void helpers(void)
{
    REFUSE(PACKET, HELPER, 1, MOV(1, 0), CALL(99), EXIT());
    REFUSE(PACKET, HELPER, 1, MOV(1, 0), CALL(-1), EXIT());
    REFUSE(PACKET, HELPER, 0, CALL(0), EXIT());
    REFUSE(PACKET, HELPER, 3, MOV(1, 0), MOV(2, 1), MOV(3, 0), CALL(EXO_CODE_HELPER_OWN), EXIT());
    REFUSE(OWNERSHIP, HELPER, 1, MOV(1, 1), CALL(EXO_CODE_HELPER_WAKE), EXIT());
    REFUSE(PREDICATE, HELPER, 1, MOV(1, 1), CALL(EXO_CODE_HELPER_WAKE), EXIT());
    REFUSE(PACKET, ARGUMENT, 0, CALL(EXO_CODE_HELPER_WAKE), MOV(0, 0),
           EXIT()); /* r1 is the context */
    REFUSE(PACKET, ARGUMENT, 2, MOV_R(1, 10), MOV(2, 8), CALL(EXO_CODE_HELPER_SEND), EXIT());
    REFUSE(PACKET, ARGUMENT, 4, LOAD(DW, 6, 1, PKT), MOV_R(1, 6), MOV_R(2, 6), MOV(3, 8),
           CALL(EXO_CODE_HELPER_COPY), EXIT()); /* the packet is read-only */
    ACCEPT(PACKET, 2, 0, LOAD(DW, 2, 1, PKT), LOAD(DW, 1, 1, REPLY), MOV(3, 8),
           CALL(EXO_CODE_HELPER_COPY), EXIT());
    ACCEPT(OWNERSHIP, 1, 0, LOAD(DW, 1, 1, 16), MOV(2, 1), MOV(3, 0), CALL(EXO_CODE_HELPER_OWN),
           EXIT());
}

static void results(void)
{
    ACCEPT(PACKET, 0, 0, MOV(0, EXO_CODE_DROP | EXO_CODE_TRANSFER), EXIT());
    CHECK(!check.result_guarded);
    ACCEPT(PACKET, 0, 0, MOV(0, EXO_CODE_DROP + EXO_CODE_TRANSFER + 1), EXIT());
    CHECK(check.result_guarded);
    ACCEPT(PACKET, 1, 0, LOAD(W, 0, 1, 56), ALU(CODE_AND, 0, 7), EXIT());
    CHECK(check.result_guarded);
    ACCEPT(PREDICATE, 0, 0, MOV(0, -1), EXIT());
    CHECK(!check.result_guarded);
}

/* E05: the verifier's own time and memory. */
static struct code_insn large[EXO_CODE_INSNS_MAX];

static uint32_t steps_of_ladder(uint32_t count) /* a branch after a branch: 2^n paths */
{
    large[0] = LOAD(DW, 2, 1, 24);
    large[1] = MOV(0, 0);
    for (uint32_t i = 2; i + 1 < count; i++)
        large[i] = i % 2 ? ALU(CODE_ADD, 0, 1) : JUMP(CODE_JGT, 2, i, 1);
    large[count - 2] = MOV(0, 0);
    large[count - 1] = EXIT();
    return verify(EXO_CODE_OWNERSHIP, large, count) == CODE_DONE ? check.steps : 0;
}

static void time_is_linear(void)
{
    uint32_t small = steps_of_ladder(256), big = steps_of_ladder(4096);

    CHECK(small >= 250 && big >= 4000 && big <= 17 * small);
    /* Nested loops, as deep as registers go. */
    uint32_t n = 0;

    for (uint32_t depth = 0; depth < 8; depth++)
        large[n++] = MOV(depth == 1 ? 9 : depth, 0);
    for (uint32_t depth = 0; depth < 8; depth++)
        large[n++] = MOV(depth == 1 ? 9 : depth, 0);
    uint32_t body = n;

    for (uint32_t depth = 8; depth--;) {
        uint32_t r = depth == 1 ? 9 : depth;

        large[n] = ALU(CODE_ADD, r, 1);
        n++;
        large[n] = JUMP(CODE_JNE, r, 1000, (int32_t)(body - (8 - depth)) - (int32_t)n - 1);
        n++;
    }
    large[n++] = EXIT();
    enum code_progress progress = verify(EXO_CODE_PACKET, large, n);

    CHECK(progress == CODE_DONE || check.error == EXO_CODE_E_COMPLEX);
    CHECK(check.steps <= n * 64 + 257);
}

static void memory_is_bounded(void)
{
    struct code_insn insn[] = {MOV(0, 0), JUMP(CODE_JEQ, 0, 0, 0), EXIT()};
    struct code_subject subject = {.insn = insn, .count = 3, .type = EXO_CODE_PACKET};

    for (uint32_t bytes = 0; bytes < 4096; bytes += 8) {
        uint8_t *memory =
            scratch + sizeof scratch - bytes; /* writing behind it is seen by the sanitizer */
        enum code_progress progress = code_check_begin(&check, &subject, memory, bytes);

        CHECK(progress == CODE_MORE || check.error == EXO_CODE_E_MEMORY);
    }
    CHECK(verify(EXO_CODE_PACKET, large, EXO_CODE_INSNS_MAX + 1) == CODE_REFUSED &&
          check.error == EXO_CODE_E_LENGTH);
    /* 17 pointers on the stack are one more than is kept track of. */
    uint32_t n = 0;

    for (int32_t i = 1; i <= 17; i++)
        large[n++] = STORE(DW, 10, -8 * i, 1);
    large[n++] = MOV(0, 0);
    large[n++] = EXIT();
    CHECK(verify(EXO_CODE_PACKET, large, n) == CODE_REFUSED && check.error == EXO_CODE_E_COMPLEX);
    /* 17 numbers are just numbers. */
    for (int32_t i = 1; i <= 17; i++)
        large[i] = STORE(DW, 10, -8 * i, 0);
    large[0] = MOV(0, 0);
    large[18] = EXIT();
    CHECK(verify(EXO_CODE_PACKET, large, 19) == CODE_DONE);
    /* A predicate that costs too much. */
    for (uint32_t i = 0; i < 2000; i++)
        large[i] = MOV(0, 0);
    large[2000] = EXIT();
    CHECK(verify(EXO_CODE_PREDICATE, large, 2001) == CODE_REFUSED &&
          check.error == EXO_CODE_E_COST && check.detail == 2000 * 6 + 10);
    CHECK(verify(EXO_CODE_OWNERSHIP, large, 2001) == CODE_DONE);
    /* What a path costs is what its instructions may become at most: 510 stores to memory are one too many. */
    for (uint32_t i = 0; i < 511; i++)
        large[i + 1] = i < 510 ? STORE(DW, 2, 0, 0) : EXIT();
    large[0] = LOAD(DW, 2, 1, MEMORY);
    large[1] = MOV(0, 0);
    CHECK(verify(EXO_CODE_PACKET, large, 512) == CODE_DONE &&
          check.note[0].cost == 10 + 6 + 509 * 10 + 10);
    large[511] = STORE(DW, 2, 0, 0);
    large[512] = EXIT();
    CHECK(verify(EXO_CODE_PACKET, large, 513) == CODE_REFUSED && check.error == EXO_CODE_E_COST);
}

/* E06: an ownership function cannot see time, memory that changes, or anything that was not written. */
static void ownership_is_deterministic(void)
{
    REFUSE(OWNERSHIP, CONTEXT, 0, LOAD(DW, 0, 1, 32), EXIT());
    REFUSE(OWNERSHIP, REGION, 2, LDDW_REGION(2, CODE_LDDW_MEMORY, 0), LOAD(DW, 0, 2, 0), EXIT());
    REFUSE(OWNERSHIP, UNINIT, 0, LOAD(DW, 0, 10, -8), EXIT());
    REFUSE(OWNERSHIP, READ_ONLY, 2, MOV(0, 0), LOAD(DW, 2, 1, 0), ATOMIC(DW, CODE_ADD, 2, 0, 0),
           EXIT());
    REFUSE(OWNERSHIP, READ_ONLY, 2, MOV(0, 0), LOAD(DW, 2, 1, 0), STORE(DW, 2, 0, 0), EXIT());
}

/* Helpers look everything up again: they are called here as no verified program could. */
static struct code_run fresh_run(uint8_t *packet, uint8_t *memory)
{
    struct code_run r = {0};

    r.window[EXO_CODE_PACKET_REGION] = (struct code_window){packet, 64};
    r.window[EXO_CODE_MEMORY] = (struct code_window){memory, 64};
    code_run_begin(&r, &code_types[EXO_CODE_PACKET]);
    return r;
}

static uint32_t helper_ends(uint32_t helper, uint64_t a, uint64_t b, uint64_t c)
{
    uint8_t packet[64] = {0}, memory[64] = {0};
    struct code_run r = fresh_run(packet, memory);

    (void)code_helpers[helper](a, b, c, 0, 0, &r);
    return r.abort;
}

#define AT(region, offset) EXO_CODE_POINTER(EXO_CODE_##region, offset)

static void helpers_trust_nothing(void)
{
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 0), AT(PACKET_REGION, 0), 64) ==
          EXO_CODE_RAN);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 0), AT(PACKET_REGION, 1), 64) ==
          EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 60), AT(PACKET_REGION, 0), 5) ==
          EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 64), AT(PACKET_REGION, 0), 0) ==
          EXO_CODE_RAN);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 65), AT(PACKET_REGION, 0), 0) ==
          EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 0), AT(PACKET_REGION, 0), UINT64_MAX) ==
          EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(PACKET_REGION, 0), AT(MEMORY, 0), 8) ==
          EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 0), AT(CONTEXT, 0), 0) == EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 0), AT(STACK_REGION, 0), 0) ==
          EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_COPY, AT(MEMORY, 0), AT(INPUT, 0), 0) == EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_SEND, (uint64_t)&check, 8, 0) == EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_SEND, UINT64_MAX, 8, 0) == EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_CHECKSUM, AT(MEMORY, 0), 65, 0) == EXO_CODE_A_BOUNDS);
    CHECK(helper_ends(EXO_CODE_HELPER_OWN, 1, 1, 1) == EXO_CODE_A_HELPER); /* no room at all */
}

static void helpers_pay_by_length(void)
{
    uint8_t packet[64] = {0}, memory[64] = {0};
    struct code_run r = fresh_run(packet, memory);

    r.fuel = 15;
    (void)code_helpers[EXO_CODE_HELPER_COPY](AT(MEMORY, 0), AT(PACKET_REGION, 0), 64, 0, 0, &r);
    CHECK(r.fuel == 7 && !r.abort);
    memset(packet, 1, sizeof packet);
    (void)code_helpers[EXO_CODE_HELPER_COPY](AT(MEMORY, 0), AT(PACKET_REGION, 0), 64, 0, 0, &r);
    CHECK(r.abort == EXO_CODE_A_FUEL && memory[0] == 0); /* and nothing was copied */
}

static void aborted_runs_have_no_effects(void)
{
    uint8_t packet[64] = {0}, memory[64] = {0};
    struct exo_code_extent own[2];
    struct code_run r = fresh_run(packet, memory);

    for (uint32_t i = 0; i < EXO_CODE_SENDS; i++)
        CHECK(code_helpers[EXO_CODE_HELPER_SEND](AT(MEMORY, 0), 8, 0, 0, 0, &r) == 0);
    CHECK(code_helpers[EXO_CODE_HELPER_SEND](AT(MEMORY, 0), 8, 0, 0, 0, &r) == UINT64_MAX);
    (void)code_helpers[EXO_CODE_HELPER_WAKE](6, 0, 0, 0, 0, &r);
    code_run_end(&r, &code_types[EXO_CODE_PACKET], EXO_CODE_DROP);
    CHECK(!r.abort && r.send_count == EXO_CODE_SENDS && r.wake == 6);
    code_run_end(&r, &code_types[EXO_CODE_PACKET], EXO_CODE_DROP + EXO_CODE_TRANSFER + 1);
    CHECK(r.abort == EXO_CODE_A_RESULT && r.send_count == 0 && r.wake == 0);
    r = fresh_run(packet, memory);
    code_run_begin(&r, &code_types[EXO_CODE_OWNERSHIP]);
    r.own = own;
    r.own_max = 2;
    (void)code_helpers[EXO_CODE_HELPER_OWN](5, 1, 0, 0, 0, &r);
    (void)code_helpers[EXO_CODE_HELPER_OWN](6, 1, 0, 0, 0, &r);
    CHECK(r.own_count == 2 && !r.abort);
    (void)code_helpers[EXO_CODE_HELPER_OWN](7, 1, 0, 0, 0, &r);
    CHECK(r.abort == EXO_CODE_A_HELPER);
    code_run_end(&r, &code_types[EXO_CODE_OWNERSHIP], 0);
    CHECK(r.own_count == 0);
    r.abort = 0;
    (void)code_helpers[EXO_CODE_HELPER_OWN](7, 0, 0, 0, 0, &r);
    CHECK(r.abort == EXO_CODE_A_HELPER);
    r.abort = 0;
    (void)code_helpers[EXO_CODE_HELPER_OWN](UINT64_MAX, 1, 0, 0, 0, &r);
    CHECK(r.abort == EXO_CODE_A_HELPER);
}

int main(void)
{
    TEST(shapes);
    TEST(uninitialised);
    TEST(pointers);
    TEST(regions);
    TEST(packet_checks);
    TEST(loops);
    TEST(endless_loop_is_metered);
    TEST(loops_keep_bounds);
    TEST(helpers);
    TEST(results);
    TEST(time_is_linear);
    TEST(memory_is_bounded);
    TEST(ownership_is_deterministic);
    TEST(helpers_trust_nothing);
    TEST(helpers_pay_by_length);
    TEST(aborted_runs_have_no_effects);
    return TAP_END();
}
