/* SPDX-License-Identifier: MIT */
/*
 * shape.c - what can be said of a program without knowing any value: legal instructions, jumps that land on
 * instructions, everything reachable, and the cost of the longest path.
 *
 * Metering: a run is a row of forward paths with backward jumps between them. A forward path from `t` costs at most
 * note[t].cost. The first one costs at most note[0].cost; each backward jump pays code_back_cost before it is taken: by how much
 * the way from its target is longer than that behind the jump. So a run costs at most note[0].cost + fuel, whatever the input: what has run and what
 * is left of a forward path are never more than note[0].cost and what was paid.
 * Source: RFC 9669, all of section 4 and 5.
 */
#include "code/check.h"

/* Operations that a class of arithmetic or jumps has, a bit each: with a constant, with a register. */
static const uint16_t operations[8][2] = {
    [CODE_ALU] = {0x3fff, 0x3eff},   /* NEG has no register as operand, */
    [CODE_ALU64] = {0x3fff, 0x1eff}, /* nor has END here, */
    [CODE_JMP] = {0x3fff, 0x3cfe},   /* nor have JA, CALL, EXIT, */
    [CODE_JMP32] = {0x3cff, 0x3cfe}, /* of which there is only JA here */
};

/* Fields beside the opcode. */
#define DST    1
#define SRC    2
#define OFFSET 4
#define IMM    8
#define NONE   16

static uint32_t jump_fields(const struct code_insn *insn)
{
    switch (code_operation(insn)) {
    case CODE_JA:
        return code_class(insn) == CODE_JMP32 ? IMM : OFFSET;
    case CODE_CALL:
        return code_src(insn) ? 0 : IMM; /* local functions are expanded by the loader */
    case CODE_EXIT:
        return NONE;
    default:
        return DST | OFFSET | (insn->opcode & CODE_X ? SRC : IMM);
    }
}

static uint32_t memory_fields(const struct code_insn *insn)
{
    uint8_t class = code_class(insn), mode = code_mode(insn);
    bool atomic = class == CODE_STX && mode == CODE_ATOMIC && code_size(insn) >= 4;
    bool extends = class == CODE_LDX && mode == CODE_MEMSX && code_size(insn) < 8;

    if (class == CODE_LD && (code_src(insn) == 0 || code_src(insn) == CODE_LDDW_REGION))
        return insn->opcode == CODE_LDDW ? DST | SRC | IMM : 0;
    if (class == CODE_LD || (mode != CODE_MEM && !atomic && !extends))
        return 0;
    return DST | OFFSET | (class == CODE_ST ? IMM : SRC) | (atomic ? IMM : 0);
}

/* Those that an instruction may use, all others being 0; 0: there is no such instruction. */
static uint32_t fields_of(const struct code_insn *insn)
{
    uint8_t class = code_class(insn), operation = code_operation(insn);
    bool x = insn->opcode & CODE_X;

    if (class < CODE_ALU)
        return memory_fields(insn);
    if (!(operations[class][x] >> (operation >> 4) & 1))
        return 0;
    if (class == CODE_JMP || class == CODE_JMP32)
        return jump_fields(insn);
    if (operation == CODE_NEG || operation == CODE_END)
        return operation == CODE_END ? DST | IMM : DST;
    return DST | (x ? SRC : IMM) | OFFSET;
}

static bool atomic_ok(uint32_t imm)
{
    uint32_t operation = imm & ~(uint32_t)CODE_FETCH;

    return imm == CODE_XCHG || imm == CODE_CMPXCHG || operation == CODE_ADD ||
           operation == CODE_OR || operation == CODE_AND || operation == CODE_XOR;
}

/* Are the values of its fields such that it means something? */
static bool values_ok(const struct code_insn *insn)
{
    uint8_t class = code_class(insn), operation = code_operation(insn);
    int32_t offset = insn->offset, imm = insn->imm;

    if (class == CODE_LD)
        return !insn[1].opcode && !insn[1].registers && !insn[1].offset &&
               (!code_src(insn) || imm == CODE_LDDW_RODATA || imm == CODE_LDDW_MEMORY);
    if (class == CODE_STX && code_mode(insn) == CODE_ATOMIC)
        return atomic_ok((uint32_t)imm);
    if (class != CODE_ALU && class != CODE_ALU64)
        return true;
    if (operation == CODE_END)
        return imm == 16 || imm == 32 || imm == 64;
    if (operation == CODE_DIV || operation == CODE_MOD)
        return offset == 0 || offset == 1;
    return !offset || (insn->opcode == (class | CODE_MOV | CODE_X) &&
                       (offset == 8 || offset == 16 || (offset == 32 && class == CODE_ALU64)));
}

/* One instruction by itself; `left` are left, itself included. */
static uint32_t legal(const struct code_insn *insn, uint32_t left)
{
    uint32_t fields = fields_of(insn);

    if (!fields)
        return EXO_CODE_E_OPCODE;
    if (insn->opcode == CODE_LDDW && left < 2)
        return EXO_CODE_E_END;
    if (code_dst(insn) > 10 || code_src(insn) > 10 || (code_dst(insn) && !(fields & DST)) ||
        (code_src(insn) && !(fields & SRC)) || (insn->offset && !(fields & OFFSET)) ||
        (insn->imm && !(fields & IMM)) || !values_ok(insn))
        return EXO_CODE_E_FIELD;
    return 0;
}

static bool all_legal(struct code_check *check)
{
    for (uint32_t pc = 0; pc < check->subject.count; pc++) {
        const struct code_insn *insn = &check->subject.insn[pc];
        uint32_t error = legal(insn, check->subject.count - pc);

        code_breathe(pc);
        if (error)
            return code_refuse(check, error, pc);
        if (insn->opcode == CODE_LDDW)
            check->note[++pc].flags |= CODE_NOTE_SECOND;
    }
    return true;
}

static bool jumps_ok(struct code_check *check)
{
    for (uint32_t pc = 0; pc < check->subject.count; pc++) {
        const struct code_insn *insn = &check->subject.insn[pc];

        code_breathe(pc);
        if (check->note[pc].flags & CODE_NOTE_SECOND || !code_is_jump(insn))
            continue;
        int64_t target = code_target(insn, pc);

        if (target < 0 || target >= check->subject.count ||
            check->note[target].flags & CODE_NOTE_SECOND)
            return code_refuse(check, EXO_CODE_E_JUMP, pc);
        check->note[target].flags |= CODE_NOTE_HEAD;
        if (target > pc)
            continue;
        if (!check->type->loops)
            return code_refuse(check, EXO_CODE_E_LOOP, pc);
        check->note[target].flags |= CODE_NOTE_WIDEN;
        check->note[pc].flags |= CODE_NOTE_BACK;
        check->loops++;
    }
    return true;
}

static uint32_t next_of(const struct code_insn *insn, uint32_t pc)
{
    return pc + (insn->opcode == CODE_LDDW ? 2 : 1);
}

/* Every instruction is reached from the first, and none is followed by nothing. */
static bool paths_ok(struct code_check *check, uint16_t *stack)
{
    uint32_t depth = 0, turn = 0;

    check->note[0].flags |= CODE_NOTE_REACHED;
    stack[depth++] = 0;
    while (depth) {
        uint32_t pc = stack[--depth];
        const struct code_insn *insn = &check->subject.insn[pc];
        uint32_t next[2] = {next_of(insn, pc), (uint32_t)code_target(insn, pc)};
        bool falls = !code_is_exit(insn) && !code_is_always(insn);

        code_breathe(turn++);
        if (falls && next[0] >= check->subject.count)
            return code_refuse(check, EXO_CODE_E_END, pc);
        for (uint32_t i = falls ? 0 : 1; i < (code_is_jump(insn) ? 2 : 1); i++) {
            if (check->note[next[i]].flags & CODE_NOTE_REACHED)
                continue;
            check->note[next[i]].flags |= CODE_NOTE_REACHED;
            stack[depth++] = (uint16_t)next[i]; /* once each: never more than count */
        }
    }
    for (uint32_t pc = 0; pc < check->subject.count; pc++) {
        code_breathe(pc);
        if (!(check->note[pc].flags & (CODE_NOTE_REACHED | CODE_NOTE_SECOND)))
            return code_refuse(check, EXO_CODE_E_UNREACHED, pc);
    }
    return true;
}

/* As many instructions of the processor as compile.c makes of it at most. */
static uint32_t own_cost(const struct code_insn *insn)
{
    uint8_t class = code_class(insn), operation = code_operation(insn);

    if (class == CODE_ALU || class == CODE_ALU64)
        return operation == CODE_DIV || operation == CODE_MOD ? 20 : 6;
    if (class == CODE_JMP && operation == CODE_CALL)
        return EXO_CODE_HELPER_COST;
    return class == CODE_STX && code_mode(insn) == CODE_ATOMIC ? 20 : 10;
}

/*
 * What is reserved at an instruction for the way on from it that does not jump. Behind a backward jump that is always taken lies, as compilers
 * lay out loops, what follows the loop: it is reserved there, too, so that each turn pays no more than the body.
 */
static uint32_t cost_on(const struct code_check *check, uint32_t pc)
{
    const struct code_insn *insn = &check->subject.insn[pc];
    bool ends =
        code_is_exit(insn) || (code_is_always(insn) && !(check->note[pc].flags & CODE_NOTE_BACK));
    uint32_t next = next_of(insn, pc);

    return ends || next >= check->subject.count ? 0 : check->note[next].cost;
}

/* From the last instruction to the first: all that a forward path can lead to is known already. */
static bool costs_ok(struct code_check *check)
{
    for (uint32_t pc = check->subject.count; pc--;) {
        const struct code_insn *insn = &check->subject.insn[pc];

        code_breathe(pc);
        if (check->note[pc].flags & CODE_NOTE_SECOND)
            continue;
        uint32_t rest = cost_on(check, pc);

        if (code_is_jump(insn) && !(check->note[pc].flags & CODE_NOTE_BACK)) {
            uint32_t taken = check->note[code_target(insn, pc)].cost;

            rest = taken > rest ? taken : rest;
        }
        check->note[pc].cost = own_cost(insn) + rest;
    }
    if (check->note[0].cost <= check->type->cost_max)
        return true;
    check->detail = check->note[0].cost;
    return code_refuse(check, EXO_CODE_E_COST, 0);
}

/*
 * What was reserved for the way on from the jump does not go there: it is used for the way from the target. What the target's takes more
 * is paid.
 */
uint32_t code_back_cost(const struct code_check *check, uint32_t pc)
{
    const struct code_insn *insn = &check->subject.insn[pc];
    uint32_t target = check->note[code_target(insn, pc)].cost;
    uint32_t on = cost_on(check, pc);

    return target > on ? target - on : 1;
}

bool code_shape(struct code_check *check, uint16_t *stack)
{
    return all_legal(check) && jumps_ok(check) && paths_ok(check, stack) && costs_ok(check);
}
