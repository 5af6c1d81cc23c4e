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

static bool alu_offset_ok(const struct code_insn *insn)
{
    uint8_t operation = code_operation(insn);
    bool wide = code_class(insn) == CODE_ALU64;

    if (operation == CODE_DIV || operation == CODE_MOD)
        return insn->offset == 0 || insn->offset == 1;
    if (operation == CODE_MOV && insn->opcode & CODE_X)
        return insn->offset == 0 || insn->offset == 8 || insn->offset == 16 ||
               (wide && insn->offset == 32);
    return insn->offset == 0;
}

static uint32_t alu_legal(const struct code_insn *insn)
{
    uint8_t operation = code_operation(insn);

    if (operation > CODE_END)
        return EXO_CODE_E_OPCODE;
    if (operation == CODE_END) {
        if (code_class(insn) == CODE_ALU64 && insn->opcode & CODE_X)
            return EXO_CODE_E_OPCODE;
        if (insn->imm != 16 && insn->imm != 32 && insn->imm != 64)
            return EXO_CODE_E_FIELD;
        return code_src(insn) || insn->offset ? EXO_CODE_E_FIELD : 0;
    }
    if (operation == CODE_NEG) {
        if (insn->opcode & CODE_X)
            return EXO_CODE_E_OPCODE;
        return code_src(insn) || insn->offset || insn->imm ? EXO_CODE_E_FIELD : 0;
    }
    if (!alu_offset_ok(insn) || (insn->opcode & CODE_X ? insn->imm : code_src(insn)))
        return EXO_CODE_E_FIELD;
    return 0;
}

static uint32_t jump_legal(const struct code_insn *insn)
{
    uint8_t operation = code_operation(insn);
    bool wide = code_class(insn) == CODE_JMP32;

    if (operation > CODE_JSLE)
        return EXO_CODE_E_OPCODE;
    if (operation == CODE_CALL || operation == CODE_EXIT) {
        if (wide || insn->opcode & CODE_X)
            return EXO_CODE_E_OPCODE;
        if (operation == CODE_CALL && code_src(insn))
            return EXO_CODE_E_OPCODE; /* local functions are expanded by the loader */
        return code_dst(insn) || code_src(insn) || insn->offset ||
                       (operation == CODE_EXIT && insn->imm)
                   ? EXO_CODE_E_FIELD
                   : 0;
    }
    if (operation == CODE_JA) {
        if (insn->opcode & CODE_X)
            return EXO_CODE_E_OPCODE;
        return insn->registers || (wide ? insn->offset != 0 : insn->imm != 0) ? EXO_CODE_E_FIELD
                                                                              : 0;
    }
    return (insn->opcode & CODE_X ? insn->imm : code_src(insn)) ? EXO_CODE_E_FIELD : 0;
}

static uint32_t atomic_legal(const struct code_insn *insn)
{
    uint32_t operation = (uint32_t)insn->imm & ~(uint32_t)CODE_FETCH;

    if (code_size(insn) < 4)
        return EXO_CODE_E_OPCODE;
    if (insn->imm == CODE_XCHG || insn->imm == CODE_CMPXCHG)
        return 0;
    return operation == CODE_ADD || operation == CODE_OR || operation == CODE_AND ||
                   operation == CODE_XOR
               ? 0
               : EXO_CODE_E_FIELD;
}

static uint32_t memory_legal(const struct code_insn *insn)
{
    uint8_t mode = code_mode(insn);

    if (code_class(insn) == CODE_STX && mode == CODE_ATOMIC)
        return atomic_legal(insn);
    if (code_class(insn) == CODE_LDX && mode == CODE_MEMSX)
        return code_size(insn) == 8 ? EXO_CODE_E_OPCODE : insn->imm ? EXO_CODE_E_FIELD : 0;
    if (mode != CODE_MEM)
        return EXO_CODE_E_OPCODE;
    if (code_class(insn) == CODE_ST)
        return code_src(insn) ? EXO_CODE_E_FIELD : 0;
    return insn->imm ? EXO_CODE_E_FIELD : 0;
}

static uint32_t lddw_legal(const struct code_insn *insn, uint32_t left)
{
    if (insn->opcode != CODE_LDDW)
        return EXO_CODE_E_OPCODE;
    if (left < 2)
        return EXO_CODE_E_END;
    if (insn->offset || insn[1].opcode || insn[1].registers || insn[1].offset)
        return EXO_CODE_E_FIELD;
    if (code_src(insn) == 0)
        return 0;
    if (code_src(insn) != CODE_LDDW_REGION)
        return EXO_CODE_E_OPCODE;
    return insn->imm == CODE_LDDW_RODATA || insn->imm == CODE_LDDW_MEMORY ? 0 : EXO_CODE_E_FIELD;
}

/* One instruction by itself; `left` are left, itself included. */
static uint32_t legal(const struct code_insn *insn, uint32_t left)
{
    uint8_t class = code_class(insn);

    if (code_dst(insn) > 10 || (class != CODE_LD && code_src(insn) > 10))
        return EXO_CODE_E_FIELD;
    if (class == CODE_LD)
        return lddw_legal(insn, left);
    if (class == CODE_ALU || class == CODE_ALU64)
        return alu_legal(insn);
    if (class == CODE_JMP || class == CODE_JMP32)
        return jump_legal(insn);
    return memory_legal(insn);
}

static bool refuse(struct code_check *check, uint32_t error, uint32_t insn)
{
    check->error = error;
    check->insn = insn;
    return false;
}

static bool all_legal(struct code_check *check)
{
    for (uint32_t pc = 0; pc < check->subject.count; pc++) {
        const struct code_insn *insn = &check->subject.insn[pc];
        uint32_t error = legal(insn, check->subject.count - pc);

        code_breathe(pc);
        if (error)
            return refuse(check, error, pc);
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
            return refuse(check, EXO_CODE_E_JUMP, pc);
        check->note[target].flags |= CODE_NOTE_HEAD;
        if (target > pc)
            continue;
        if (!check->type->loops)
            return refuse(check, EXO_CODE_E_LOOP, pc);
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
            return refuse(check, EXO_CODE_E_END, pc);
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
            return refuse(check, EXO_CODE_E_UNREACHED, pc);
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
    return refuse(check, EXO_CODE_E_COST, 0);
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
