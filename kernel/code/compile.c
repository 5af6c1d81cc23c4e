/* SPDX-License-Identifier: MIT */
/*
 * compile.c - from eBPF to x86-64, one instruction after the other.
 *
 * Registers: r0 rax, r1-r5 rdi rsi rdx rcx r8, r6-r9 rbx r13 r14 r15, r10 rbp; r12 is the run, r9 the fuel, r10 and r11 are
 * scratch. Two passes emit the same bytes; the first only counts, so that the second knows where jumps go.
 *
 * What confines the code:
 *   1. A window access takes the low 32 bits of register plus offset. Guarded: it ends the run unless the last byte is below
 *      the window's length, and under misprediction becomes offset 0. Then the window's base is added.
 *   2. Context and stack are reached at offsets from r12 that the verifier has fixed, whatever registers hold.
 *   3. Jumps go to instructions' beginnings and to the stubs behind them. What the analysis did not visit is a jump to a stub.
 *   4. r9, r10, r11, r12 and rsp are no program's registers.
 * Sources: Intel SDM volume 2 (encodings); RFC 9669, section 4 and 5.
 */
#include "code/compile.h"

enum x86 {
    RAX = 0,
    RCX = 1,
    RDX = 2,
    RBX = 3,
    RBP = 5,
    RSI = 6,
    RDI = 7,
    R8 = 8,
    FUEL = 9,
    T0 = 10,
    T1 = 11,
    RUN = 12,
    R13 = 13,
    R14 = 14,
    R15 = 15,
};

static const uint8_t registers[11] = {RAX, RDI, RSI, RDX, RCX, R8, RBX, R13, R14, R15, RBP};

#define PUSH 0x50
#define POP  0x58
#define WIDE 0x48 /* 64-bit operands */

/* The processor's number of an operation: of op_imm; op << 3 | 1 is the opcode from a register. */
static const uint8_t group1[16] = {
    [CODE_ADD >> 4] = 0, [CODE_OR >> 4] = 1,  [CODE_AND >> 4] = 4,
    [CODE_SUB >> 4] = 5, [CODE_XOR >> 4] = 6,
};

/* Condition codes of JCC; the lowest bit negates. */
#define BELOW     2
#define ABOVE_EQ  3
#define EQUAL     4
#define NOT_EQUAL 5
#define SIGN      8

struct emitter {
    struct code_check *check;
    uint8_t *text; /* NULL: count only */
    uint64_t address, seed;
    uint32_t at;
    uint32_t stubs;                        /* so far */
    bool far;                              /* a helper was out of reach */
};

/* --- Encoding ----------------------------------------------------------------------------------------------------- */

static void byte(struct emitter *e, uint32_t b)
{
    if (e->text)
        e->text[e->at] = (uint8_t)b;
    e->at++;
}

static void word32(struct emitter *e, uint32_t x)
{
    for (uint32_t i = 0; i < 4; i++)
        byte(e, x >> 8 * i & 0xff);
}

/* Opcode of one byte, or two with 0x0f00 set. */
static void opcode(struct emitter *e, uint32_t op)
{
    if (op & 0x0f00)
        byte(e, 0x0f);
    byte(e, op & 0xff);
}

static void rex(struct emitter *e, uint32_t wide, uint32_t reg, uint32_t rm)
{
    byte(e,
         0x40 | wide | (reg & 8) >> 1 | (rm & 8) >> 3); /* always there: byte registers need it */
}

/* op reg, rm with both in registers. */
static void op_rr(struct emitter *e, uint32_t wide, uint32_t op, uint32_t reg, uint32_t rm)
{
    rex(e, wide, reg, rm);
    opcode(e, op);
    byte(e, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

/* op reg, [run + offset] */
static void op_run(struct emitter *e, uint32_t wide, uint32_t op, uint32_t reg, uint32_t offset)
{
    rex(e, wide, reg, RUN);
    opcode(e, op);
    byte(e, 0x84 | (reg & 7) << 3);
    byte(e, 0x24);
    word32(e, offset);
}

/* lea reg, [base + offset]; base is none of rsp and r12 */
static void lea(struct emitter *e, uint32_t wide, uint32_t reg, uint32_t base, int32_t offset)
{
    rex(e, wide, reg, base);
    byte(e, 0x8d);
    byte(e, 0x80 | (reg & 7) << 3 | (base & 7));
    word32(e, (uint32_t)offset);
}

/* op reg, [T1] */
static void op_at(struct emitter *e, uint32_t wide, uint32_t op, uint32_t reg)
{
    rex(e, wide, reg, T1);
    opcode(e, op);
    byte(e, (reg & 7) << 3 | (T1 & 7));
}

/* op /extension rm, imm32 */
static void op_imm(struct emitter *e, uint32_t wide, uint32_t extension, uint32_t rm, int32_t imm)
{
    op_rr(e, wide, 0x81, extension, rm);
    word32(e, (uint32_t)imm);
}

static void move(struct emitter *e, uint32_t wide, uint32_t to, uint32_t from)
{
    op_rr(e, wide, 0x89, from, to);
}

static void zero(struct emitter *e, uint32_t reg)
{
    op_rr(e, 0, 0x31, reg, reg);
}

/* --- Constants ------------------------------------------------------------------------------------------------------ */

static bool harmless(int64_t imm) /* too short to hide an instruction worth jumping to */
{
    return imm >= INT16_MIN && imm <= INT16_MAX;
}

static uint64_t next_key(struct emitter *e)
{
    e->seed ^= e->seed << 13;
    e->seed ^= e->seed >> 7;
    e->seed ^= e->seed << 17;
    return e->seed;
}

/* reg := imm, sign-extended to 64 bits (wide) or zero-extended from 32. */
static void set_imm(struct emitter *e, uint32_t wide, uint32_t reg, int32_t imm)
{
    uint32_t key = harmless(imm) ? 0 : (uint32_t)next_key(e) | 1;

    op_rr(e, wide, 0xc7, 0, reg);
    word32(e, (uint32_t)imm ^ key);
    if (key)
        op_imm(e, wide, 6, reg, (int32_t)key);
}

static void set_quad(struct emitter *e, uint32_t reg, uint64_t x)
{
    byte(e, 0x48 | (reg & 8) >> 3);
    byte(e, 0xb8 | (reg & 7));
    word32(e, (uint32_t)x);
    word32(e, (uint32_t)(x >> 32));
}

static void set_imm64(struct emitter *e, uint32_t reg, uint64_t imm)
{
    if (harmless((int64_t)imm)) {
        set_imm(e, WIDE, reg, (int32_t)imm);
        return;
    }
    uint64_t key = next_key(e);

    set_quad(e, reg, imm ^ key);
    set_quad(e, T1, key);
    op_rr(e, WIDE, 0x31, T1, reg);
}

/* --- Jumps ------------------------------------------------------------------------------------------------------------ */

static void jump_to(struct emitter *e, uint32_t target)
{
    byte(e, 0xe9);
    word32(e, target - e->at - 4);
}

static void jump_if(struct emitter *e, uint32_t condition, uint32_t target)
{
    byte(e, 0x0f);
    byte(e, 0x80 | condition);
    word32(e, target - e->at - 4);
}

/* A short forward jump; land() says where it goes. condition 16: always. */
static uint32_t skip(struct emitter *e, uint32_t condition)
{
    byte(e, condition == 16 ? 0xeb : 0x70 | condition);
    byte(e, 0);
    return e->at;
}

static void land(struct emitter *e, uint32_t from)
{
    if (e->text)
        e->text[from - 1] = (uint8_t)(e->at - from);
}

/* Where a run that has to end here goes. Stubs lie behind the code, 10 bytes each. */
static uint32_t stub(struct emitter *e, uint32_t pc, enum exo_code_abort reason)
{
    e->check->stub[e->stubs] = pc | (uint32_t)reason << 16;
    return e->check->stubs + 10 * e->stubs++;
}

static void pay(struct emitter *e, uint32_t pc, uint32_t cost)
{
    op_imm(e, WIDE, 5, FUEL, (int32_t)cost);
    jump_if(e, SIGN, stub(e, pc, EXO_CODE_A_FUEL));
}

/* --- Memory ------------------------------------------------------------------------------------------------------------- */

/* T1 := address of the access of the instruction at pc through register `reg`; T0 is lost. */
static void locate(struct emitter *e, uint32_t pc, uint32_t reg, bool aligned)
{
    const struct code_insn *insn = &e->check->subject.insn[pc];
    const struct code_note *note = &e->check->note[pc];
    uint32_t window = CODE_RUN(window) + note->region * (uint32_t)sizeof(struct code_window);
    int32_t bytes = (int32_t)code_size(insn);

    lea(e, 0, T1, registers[reg], insn->offset);
    if (note->access != CODE_ACCESS_PROVED) {
        lea(e, WIDE, T0, T1, bytes - 1);
        op_run(e, WIDE, 0x3b, T0, window + 8);
        jump_if(e, ABOVE_EQ, stub(e, pc, EXO_CODE_A_BOUNDS));
        op_rr(e, WIDE, 0x19, T0,
              T0); /* all ones if it is below the length, also where the jump is mispredicted */
        op_rr(e, WIDE, 0x21, T0, T1);
    }
    if (aligned) {
        op_rr(e, 0, 0xf6, 0, T1); /* test */
        byte(e, (uint32_t)bytes - 1);
        jump_if(e, NOT_EQUAL, stub(e, pc, EXO_CODE_A_ALIGN));
    }
    op_run(e, WIDE, 0x03, T1, window);
}

static uint32_t fixed_offset(const struct code_note *note)
{
    return note->offset +
           (note->region == EXO_CODE_CONTEXT ? CODE_RUN(context) : CODE_RUN(stack));
}

/* op reg, memory of an instruction, which is located unless it is at a fixed place. */
static void access(struct emitter *e, const struct code_note *note, uint32_t wide, uint32_t op,
                   uint32_t reg)
{
    if (note->access == CODE_ACCESS_FIXED)
        op_run(e, wide, op, reg, fixed_offset(note));
    else
        op_at(e, wide, op, reg);
}

static void load(struct emitter *e, uint32_t pc)
{
    const struct code_insn *insn = &e->check->subject.insn[pc];
    const struct code_note *note = &e->check->note[pc];
    bool extend = code_mode(insn) == CODE_MEMSX;
    uint32_t op = 0x8b, wide = extend || code_size(insn) == 8 ? WIDE : 0;

    if (code_size(insn) == 4 && extend)
        op = 0x63;
    if (code_size(insn) == 2)
        op = extend ? 0x0fbf : 0x0fb7;
    if (code_size(insn) == 1)
        op = extend ? 0x0fbe : 0x0fb6;
    if (note->access != CODE_ACCESS_FIXED)
        locate(e, pc, code_src(insn), false);
    access(e, note, wide, op, registers[code_dst(insn)]);
}

static void store(struct emitter *e, uint32_t pc)
{
    const struct code_insn *insn = &e->check->subject.insn[pc];
    const struct code_note *note = &e->check->note[pc];
    uint32_t bytes = code_size(insn);
    uint32_t reg = registers[code_src(insn)];

    if (note->access != CODE_ACCESS_FIXED)
        locate(e, pc, code_dst(insn), false);
    if (code_class(insn) == CODE_ST) {
        reg = T0;
        set_imm(e, WIDE, T0, insn->imm);
    }
    if (bytes == 2)
        byte(e, 0x66);
    access(e, note, bytes == 8 ? WIDE : 0, bytes == 1 ? 0x88 : 0x89, reg);
}

/* T1 is the address: fetch what is there and store what the operation makes of it and src, again until nobody was in between. */
static void fetch_loop(struct emitter *e, uint32_t pc, uint32_t op, uint32_t wide)
{
    const struct code_insn *insn = &e->check->subject.insn[pc];
    uint32_t src = registers[code_src(insn)];

    op_run(e, WIDE, 0x89, RAX, CODE_RUN(scratch[0]));
    op_run(e, WIDE, 0x89, src, CODE_RUN(scratch[1]));
    op_at(e, wide, 0x8b, RAX);
    uint32_t again = e->at;

    move(e, wide, T0, RAX);
    op_run(e, wide, op, T0, CODE_RUN(scratch[1]));
    byte(e, 0xf0);
    op_at(e, wide, 0x0fb1, T0);
    uint32_t done = skip(e, EQUAL);

    pay(e, pc, 8); /* a rival cannot keep us here for ever */
    jump_to(e, again);
    land(e, done);
    move(e, wide, src, RAX);
    if (src != RAX)
        op_run(e, WIDE, 0x8b, RAX, CODE_RUN(scratch[0]));
}

static void atomic(struct emitter *e, uint32_t pc)
{
    const struct code_insn *insn = &e->check->subject.insn[pc];
    const struct code_note *note = &e->check->note[pc];
    uint32_t src = registers[code_src(insn)];
    uint32_t wide = code_size(insn) == 8 ? WIDE : 0;
    uint8_t operation = (uint8_t)insn->imm & 0xf0;
    uint32_t op = group1[operation >> 4] << 3 | 1; /* op [mem], reg; with 2 added: op reg, [mem] */

    if (note->access == CODE_ACCESS_FIXED)
        op_run(e, WIDE, 0x8d, T1, fixed_offset(note));
    else
        locate(e, pc, code_dst(insn), true);
    if (insn->imm == CODE_XCHG) {
        op_at(e, wide, 0x87, src);
    } else if (insn->imm == CODE_CMPXCHG) {
        byte(e, 0xf0);
        op_at(e, wide, 0x0fb1, src);
        if (!wide)
            move(e, 0, RAX, RAX); /* r0 is the old value, zero-extended, also if it was equal */
    } else if (!(insn->imm & CODE_FETCH)) {
        byte(e, 0xf0);
        op_at(e, wide, op, src);
    } else if (operation == CODE_ADD) {
        byte(e, 0xf0);
        op_at(e, wide, 0x0fc1, src);
    } else {
        fetch_loop(e, pc, op + 2, wide);
    }
}

/* --- Arithmetic ----------------------------------------------------------------------------------------------------------- */

static void swap_bytes(struct emitter *e, const struct code_insn *insn, uint32_t reg)
{
    bool swap = code_class(insn) == CODE_ALU64 || insn->opcode & CODE_X;

    if (swap && insn->imm == 16) { /* ror reg16, 8 */
        byte(e, 0x66);
        op_rr(e, 0, 0xc1, 1, reg);
        byte(e, 8);
    } else if (swap) {
        rex(e, insn->imm == 64 ? WIDE : 0, 0, reg);
        byte(e, 0x0f);
        byte(e, 0xc8 | (reg & 7));
    }
    if (insn->imm == 16)
        op_rr(e, 0, 0x0fb7, reg, reg);
    else if (insn->imm == 32 && !swap)
        move(e, 0, reg, reg);
}

/* reg := reg / T1 or reg % T1. Division by zero and by -1 are done without the instruction, which would trap. */
static void divide(struct emitter *e, bool modulo, bool is_signed, uint32_t wide, uint32_t reg)
{
    uint32_t minus = 0, minus_done = 0;

    move(e, wide, T0, reg);
    op_rr(e, wide, 0x85, T1, T1);
    uint32_t by_zero = skip(e, EQUAL);

    if (is_signed) {
        op_imm(e, wide, 7, T1, -1);
        minus = skip(e, EQUAL);
    }
    op_run(e, WIDE, 0x89, RAX, CODE_RUN(scratch[0]));
    op_run(e, WIDE, 0x89, RDX, CODE_RUN(scratch[1]));
    move(e, WIDE, RAX, T0);
    if (is_signed) {
        rex(e, wide, 0, 0);
        byte(e, 0x99); /* cqo, cdq */
    } else {
        zero(e, RDX);
    }
    op_rr(e, wide, 0xf7, is_signed ? 7 : 6, T1);
    move(e, wide, T0, modulo ? RDX : RAX);
    op_run(e, WIDE, 0x8b, RAX, CODE_RUN(scratch[0]));
    op_run(e, WIDE, 0x8b, RDX, CODE_RUN(scratch[1]));
    uint32_t done = skip(e, 16);

    if (is_signed) {
        land(e, minus);
        if (modulo)
            zero(e, T0);
        else
            op_rr(e, wide, 0xf7, 3, T0); /* neg */
        minus_done = skip(e, 16);
    }
    land(e, by_zero);
    if (!modulo)
        zero(e, T0);
    if (is_signed)
        land(e, minus_done);
    land(e, done);
    move(e, WIDE, reg, T0);
}

/* x86 counts in cl only. */
static void shift(struct emitter *e, const struct code_insn *insn, uint32_t wide, uint32_t reg)
{
    uint8_t operation = code_operation(insn);
    uint32_t extension = operation == CODE_LSH ? 4 : operation == CODE_RSH ? 5 : 7;

    move(e, wide, T1, reg);
    if (!(insn->opcode & CODE_X)) {
        op_rr(e, wide, 0xc1, extension, T1);
        byte(e, (uint32_t)insn->imm & (wide ? 63 : 31));
    } else {
        move(e, WIDE, T0, RCX);
        move(e, WIDE, RCX, registers[code_src(insn)]);
        op_rr(e, wide, 0xd3, extension, T1);
        move(e, WIDE, RCX, T0);
    }
    move(e, WIDE, reg, T1);
}

static void move_insn(struct emitter *e, const struct code_insn *insn, uint32_t wide, uint32_t reg)
{
    uint32_t src = registers[code_src(insn)];

    if (!(insn->opcode & CODE_X))
        set_imm(e, wide, reg, insn->imm);
    else if (insn->offset)
        op_rr(e, wide, insn->offset == 8 ? 0x0fbe : insn->offset == 16 ? 0x0fbf : 0x63, reg, src);
    else
        move(e, wide, reg, src);
}

/* The operand of an arithmetic instruction or jump in a register: its own, or T0 with the constant. */
static uint32_t operand(struct emitter *e, const struct code_insn *insn, uint32_t wide)
{
    if (insn->opcode & CODE_X)
        return registers[code_src(insn)];
    set_imm(e, wide, T0, insn->imm);
    return T0;
}

static void alu(struct emitter *e, const struct code_insn *insn)
{
    uint32_t wide = code_class(insn) == CODE_ALU64 ? WIDE : 0;
    uint32_t reg = registers[code_dst(insn)];
    uint8_t operation = code_operation(insn);

    switch (operation) {
    case CODE_MOV:
        move_insn(e, insn, wide, reg);
        break;
    case CODE_END:
        swap_bytes(e, insn, reg);
        break;
    case CODE_NEG:
        op_rr(e, wide, 0xf7, 3, reg);
        break;
    case CODE_LSH:
    case CODE_RSH:
    case CODE_ARSH:
        shift(e, insn, wide, reg);
        break;
    case CODE_DIV:
    case CODE_MOD:
        move(e, wide, T1, operand(e, insn, wide));
        divide(e, operation == CODE_MOD, insn->offset == 1, wide, reg);
        break;
    case CODE_MUL:
        op_rr(e, wide, 0x0faf, reg, operand(e, insn, wide));
        break;
    default:
        if (!(insn->opcode & CODE_X) && harmless(insn->imm))
            op_imm(e, wide, group1[operation >> 4], reg, insn->imm);
        else
            op_rr(e, wide, group1[operation >> 4] << 3 | 1, operand(e, insn, wide), reg);
    }
}

/* --- Control ---------------------------------------------------------------------------------------------------------------- */

static void jump(struct emitter *e, uint32_t pc)
{
    static const uint8_t conditions[16] = {
        [CODE_JEQ >> 4] = EQUAL,      [CODE_JGT >> 4] = 7,         [CODE_JGE >> 4] = ABOVE_EQ,
        [CODE_JSET >> 4] = NOT_EQUAL, [CODE_JNE >> 4] = NOT_EQUAL, [CODE_JSGT >> 4] = 15,
        [CODE_JSGE >> 4] = 13,        [CODE_JLT >> 4] = BELOW,     [CODE_JLE >> 4] = 6,
        [CODE_JSLT >> 4] = 12,        [CODE_JSLE >> 4] = 14,
    };
    const struct code_insn *insn = &e->check->subject.insn[pc];
    uint32_t wide = code_class(insn) == CODE_JMP ? WIDE : 0;
    uint32_t target = (uint32_t)code_target(insn, pc);
    uint32_t reg = registers[code_dst(insn)];
    uint32_t condition = conditions[insn->opcode >> 4];
    bool back = e->check->note[pc].flags & CODE_NOTE_BACK;
    uint32_t over = 0;

    if (!code_is_always(insn)) {
        bool test = code_operation(insn) == CODE_JSET;

        if (!test && !(insn->opcode & CODE_X) && harmless(insn->imm))
            op_imm(e, wide, 7, reg, insn->imm);
        else
            op_rr(e, wide, test ? 0x85 : 0x39, operand(e, insn, wide), reg);
        if (!back) {
            jump_if(e, condition, e->check->place[target]);
            return;
        }
        over = skip(e, condition ^ 1);
    }
    if (back)
        pay(e, pc, code_back_cost(e->check, pc));
    jump_to(e, e->check->place[target]);
    if (over)
        land(e, over);
}

static void call(struct emitter *e, uint32_t pc)
{
    uint64_t helper = (uint64_t)code_helpers[e->check->subject.insn[pc].imm];

    op_run(e, WIDE, 0x89, FUEL, CODE_RUN(fuel));
    move(e, WIDE, FUEL, RUN); /* r9 is the sixth argument */
    byte(e, 0xe8);
    int64_t distance = (int64_t)(helper - (e->address + e->at + 4));

    if (distance != (int32_t)distance && e->text)
        e->far = true;
    word32(e, (uint32_t)distance);
    op_run(e, WIDE, 0x8b, FUEL, CODE_RUN(fuel));
    op_run(e, 0, 0x83, 7, CODE_RUN(abort)); /* cmp dword, 0 */
    byte(e, 0);
    jump_if(e, NOT_EQUAL, stub(e, pc, EXO_CODE_RAN)); /* the reason is there already */
}

static void insn_emit(struct emitter *e, uint32_t pc)
{
    const struct code_insn *insn = &e->check->subject.insn[pc];

    if (!(e->check->note[pc].flags & CODE_NOTE_VISITED)) {
        jump_to(e, stub(e, pc, EXO_CODE_A_UNREACHED));
        return;
    }
    switch (code_class(insn)) {
    case CODE_ALU:
    case CODE_ALU64:
        alu(e, insn);
        break;
    case CODE_LDX:
        load(e, pc);
        break;
    case CODE_ST:
        store(e, pc);
        break;
    case CODE_STX:
        if (code_mode(insn) == CODE_ATOMIC)
            atomic(e, pc);
        else
            store(e, pc);
        break;
    case CODE_LD:
        set_imm64(e, registers[code_dst(insn)],
                  code_src(insn) == CODE_LDDW_REGION
                      ? EXO_CODE_POINTER(code_lddw_region(insn), (uint32_t)insn[1].imm)
                      : (uint32_t)insn->imm | (uint64_t)(uint32_t)insn[1].imm << 32);
        break;
    default:
        if (code_is_exit(insn))
            jump_to(e, e->check->epilogue);
        else if (code_is_jump(insn))
            jump(e, pc);
        else
            call(e, pc);
    }
}

/* op: PUSH or POP */
static void stack(struct emitter *e, uint32_t op, uint32_t reg)
{
    byte(e, 0x40 | reg >> 3);
    byte(e, op | (reg & 7));
}

static const uint8_t saved[] = {RBP, RBX, RUN, R13, R14, R15};

static void prologue(struct emitter *e)
{
    word32(e, 0xfa1e0ff3); /* endbr64 */
    for (uint32_t i = 0; i < sizeof saved; i++)
        stack(e, PUSH, saved[i]);
    op_imm(e, WIDE, 5, 4, 8); /* sub rsp, 8: helpers want it aligned */
    move(e, WIDE, RUN, RDI);
    op_run(e, WIDE, 0x8b, FUEL, CODE_RUN(fuel));
    set_quad(e, RDI, EXO_CODE_POINTER(EXO_CODE_CONTEXT, 0));
    set_quad(e, RBP, EXO_CODE_POINTER(EXO_CODE_STACK_REGION, EXO_CODE_STACK));
}

/* Stubs say in eax where and why, then the common end of all aborted runs, then the end of all runs. */
static void endings(struct emitter *e)
{
    e->check->stubs = e->at;
    for (uint32_t i = 0; i < e->stubs; i++) {
        code_breathe(i);
        byte(e, 0xb8);
        word32(e, e->check->stub[i]);
        jump_to(e, e->check->common);
    }
    e->check->common = e->at;
    op_rr(e, 0, 0x0fb7, RCX, RAX);
    op_run(e, 0, 0x89, RCX, CODE_RUN(insn));
    op_rr(e, 0, 0xc1, 5, RAX); /* shr eax, 16 */
    byte(e, 16);
    uint32_t known = skip(e, EQUAL);

    op_run(e, 0, 0x89, RAX, CODE_RUN(abort));
    land(e, known);
    zero(e, RAX);
    e->check->epilogue = e->at;
    op_run(e, WIDE, 0x89, FUEL, CODE_RUN(fuel));
    op_imm(e, WIDE, 0, 4, 8);
    for (uint32_t i = sizeof saved; i--;)
        stack(e, POP, saved[i]);
    byte(e, 0xc3);
}

static void pass(struct emitter *e)
{
    e->at = 0;
    e->stubs = 0;
    prologue(e);
    for (uint32_t pc = 0; pc < e->check->subject.count; pc++) {
        e->check->place[pc] = e->at;
        if (!(e->check->note[pc].flags & CODE_NOTE_SECOND))
            insn_emit(e, pc);
        code_breathe(pc);
    }
    endings(e);
}

uint32_t code_compile(struct code_check *check, uint64_t seed, uint8_t *text, uint64_t address)
{
    struct emitter e = {.check = check, .seed = seed ? seed : 1, .text = text, .address = address};

    pass(&e);
    return e.far ? 0 : e.at;
}
