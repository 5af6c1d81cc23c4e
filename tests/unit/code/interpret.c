/* SPDX-License-Identifier: MIT */
/* interpret.c - the interpreter; see interpret.h. */
#include "interpret.h"
#include <string.h>

static uint64_t alu64(uint8_t operation, bool is_signed, uint64_t a, uint64_t b)
{
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
    case CODE_NEG:
        return 0 - a;
    default:
        return b; /* MOV */
    }
}

static uint32_t alu32(uint8_t operation, bool is_signed, uint32_t a, uint32_t b)
{
    switch (operation) {
    case CODE_DIV:
        if (is_signed)
            return !b ? 0 : b == UINT32_MAX ? 0 - a : (uint32_t)((int32_t)a / (int32_t)b);
        return b ? a / b : 0;
    case CODE_MOD:
        if (is_signed)
            return !b ? a : b == UINT32_MAX ? 0 : (uint32_t)((int32_t)a % (int32_t)b);
        return b ? a % b : a;
    case CODE_LSH:
        return a << (b & 31);
    case CODE_RSH:
        return a >> (b & 31);
    case CODE_ARSH:
        return (uint32_t)((int32_t)a >> (b & 31));
    default:
        return (uint32_t)alu64(operation, false, a, b);
    }
}

static uint64_t sign_extend(uint64_t x, int bits)
{
    return bits == 8    ? (uint64_t)(int8_t)x
           : bits == 16 ? (uint64_t)(int16_t)x
                        : (uint64_t)(int32_t)x;
}

static uint64_t end(const struct code_insn *insn, uint64_t x)
{
    bool swap = code_class(insn) == CODE_ALU64 || insn->opcode & CODE_X;

    if (insn->imm == 16)
        return swap ? __builtin_bswap16((uint16_t)x) : (uint16_t)x;
    if (insn->imm == 32)
        return swap ? __builtin_bswap32((uint32_t)x) : (uint32_t)x;
    return swap ? __builtin_bswap64(x) : x;
}

static void arithmetic(struct machine *machine, const struct code_insn *insn)
{
    uint64_t *to = &machine->reg[code_dst(insn)];
    uint64_t b =
        insn->opcode & CODE_X ? machine->reg[code_src(insn)] : (uint64_t)(int64_t)insn->imm;
    uint8_t operation = code_operation(insn);
    bool wide = code_class(insn) == CODE_ALU64;

    if (operation == CODE_END) {
        *to = end(insn, *to);
        return;
    }
    if (operation == CODE_MOV && insn->offset)
        b = sign_extend(b, insn->offset);
    *to = wide ? alu64(operation, insn->offset == 1 && operation != CODE_MOV, *to, b)
               : alu32(operation, insn->offset == 1 && operation != CODE_MOV, (uint32_t)*to,
                       (uint32_t)b);
}

bool interpret_taken(const uint64_t *reg, const struct code_insn *insn)
{
    uint64_t a = reg[code_dst(insn)];
    uint64_t b = insn->opcode & CODE_X ? reg[code_src(insn)] : (uint64_t)(int64_t)insn->imm;
    int64_t sa = (int64_t)a, sb = (int64_t)b;

    if (code_class(insn) == CODE_JMP32) {
        a = (uint32_t)a;
        b = (uint32_t)b;
        sa = (int32_t)a;
        sb = (int32_t)b;
    }
    switch (code_operation(insn)) {
    case CODE_JA:
        return true;
    case CODE_JEQ:
        return a == b;
    case CODE_JNE:
        return a != b;
    case CODE_JGT:
        return a > b;
    case CODE_JGE:
        return a >= b;
    case CODE_JLT:
        return a < b;
    case CODE_JLE:
        return a <= b;
    case CODE_JSGT:
        return sa > sb;
    case CODE_JSGE:
        return sa >= sb;
    case CODE_JSLT:
        return sa < sb;
    case CODE_JSLE:
        return sa <= sb;
    default:
        return a & b;
    }
}

static void violate(struct machine *machine, uint32_t pc, const char *what)
{
    if (!machine->violation) {
        machine->violation = what;
        machine->violation_insn = pc;
    }
}

static void give_up(struct machine *machine, uint32_t pc, enum exo_code_abort reason)
{
    machine->run->abort = reason;
    machine->run->insn = pc;
}

/* The bytes behind a register, or NULL when the run ends here. */
static uint8_t *locate(struct machine *machine, uint32_t pc, uint32_t reg, bool write)
{
    const struct code_insn *insn = &machine->check->subject.insn[pc];
    const struct code_note *note = &machine->check->note[pc];
    uint64_t pointer = machine->reg[reg] + (uint64_t)(int64_t)insn->offset;
    uint64_t bytes = code_size(insn);
    uint64_t region = pointer >> 48, at = (uint32_t)pointer;

    if (note->region == EXO_CODE_CONTEXT || note->region == EXO_CODE_STACK_REGION) {
        uint64_t limit =
            note->region == EXO_CODE_CONTEXT ? machine->check->type->context_bytes : EXO_CODE_STACK;

        if (pointer >> 48 != note->region || at != note->offset || at + bytes > limit ||
            note->access != CODE_ACCESS_FIXED)
            violate(machine, pc, "context or stack access is elsewhere than proved");
        if (at + bytes > limit)
            return NULL;
        if (note->region == EXO_CODE_CONTEXT)
            return (uint8_t *)machine->run->context + at;
        for (uint64_t i = at; i < at + bytes; i++) {
            uint64_t bit = (uint64_t)1 << (i % 64);

            if (!write && !(machine->stack_written[i / 64] & bit))
                violate(machine, pc, "a stack byte is read that was not written");
            machine->stack_written[i / 64] |= bit;
        }
        return machine->run->stack + at;
    }
    const struct code_window *window = &machine->run->window[note->region];

    /* A pointer may have wandered 2^48 away and the low half still be inside: that is defined, so no violation. */
    if (region != note->region && note->access == CODE_ACCESS_PROVED)
        violate(machine, pc, "a proved access is to another region");
    if (at + bytes <= window->length)
        return window->base + at;
    if (note->access == CODE_ACCESS_PROVED)
        violate(machine, pc, "a proved access is out of bounds");
    give_up(machine, pc, EXO_CODE_A_BOUNDS);
    return NULL;
}

static uint64_t fetch(const uint8_t *at, uint32_t bytes)
{
    uint64_t x = 0;

    memcpy(&x, at, bytes);
    return x;
}

static void atomic(struct machine *machine, uint32_t pc)
{
    const struct code_insn *insn = &machine->check->subject.insn[pc];
    uint64_t *source = &machine->reg[code_src(insn)];
    uint32_t bytes = code_size(insn);
    uint8_t *at = locate(machine, pc, code_dst(insn), false);
    uint64_t old, new;

    if (!at)
        return;
    if ((machine->reg[code_dst(insn)] + (uint64_t)(int64_t)insn->offset) % bytes) {
        give_up(machine, pc, EXO_CODE_A_ALIGN);
        return;
    }
    old = fetch(at, bytes);
    new = *source;
    if (insn->imm == CODE_CMPXCHG) {
        if (old != (bytes == 4 ? (uint32_t)machine->reg[0] : machine->reg[0]))
            new = old;
        machine->reg[0] = old;
    } else if (insn->imm != CODE_XCHG) {
        new = alu64((uint8_t)insn->imm & 0xf0, false, old, *source);
    }
    memcpy(at, &new, bytes);
    if (insn->imm & CODE_FETCH && insn->imm != CODE_CMPXCHG)
        *source = old;
}

static void memory(struct machine *machine, uint32_t pc)
{
    const struct code_insn *insn = &machine->check->subject.insn[pc];
    uint8_t class = code_class(insn);
    uint8_t *at;

    if (class == CODE_STX && code_mode(insn) == CODE_ATOMIC) {
        atomic(machine, pc);
        return;
    }
    at =
        locate(machine, pc, class == CODE_LDX ? code_src(insn) : code_dst(insn), class != CODE_LDX);
    if (!at)
        return;
    if (class == CODE_LDX) {
        uint64_t x = fetch(at, code_size(insn));

        machine->reg[code_dst(insn)] =
            code_mode(insn) == CODE_MEMSX ? sign_extend(x, (int)code_size(insn) * 8) : x;
    } else {
        uint64_t x = class == CODE_ST ? (uint64_t)(int64_t)insn->imm : machine->reg[code_src(insn)];

        memcpy(at, &x, code_size(insn));
    }
}

static void call(struct machine *machine, uint32_t pc, int32_t helper)
{
    uint64_t *reg = machine->reg;

    reg[0] = code_helpers[helper](reg[1], reg[2], reg[3], reg[4], reg[5], machine->run);
    if (machine->run->abort)
        machine->run->insn = pc;
}

uint64_t interpret(struct machine *machine)
{
    const struct code_check *check = machine->check;
    uint32_t pc = 0;

    memset(machine->stack_written, 0, sizeof machine->stack_written);
    machine->reg[1] = EXO_CODE_POINTER(EXO_CODE_CONTEXT, 0);
    machine->reg[10] = EXO_CODE_POINTER(EXO_CODE_STACK_REGION, EXO_CODE_STACK);
    while (!machine->run->abort && !machine->violation) {
        const struct code_insn *insn = &check->subject.insn[pc];
        uint32_t at = pc;

        if (machine->watch) {
            const char *wrong = machine->watch(machine, pc, machine->argument);

            if (wrong)
                violate(machine, pc, wrong);
        }
        if (!(check->note[pc].flags & CODE_NOTE_VISITED))
            violate(machine, pc, "control is where the verifier found no path to");
        machine->executed++;
        pc += insn->opcode == CODE_LDDW ? 2 : 1;
        switch (code_class(insn)) {
        case CODE_ALU:
        case CODE_ALU64:
            arithmetic(machine, insn);
            break;
        case CODE_LD:
            machine->reg[code_dst(insn)] = (uint32_t)insn->imm | (uint64_t)(uint32_t)insn[1].imm
                                                                     << 32;
            if (code_src(insn) == CODE_LDDW_REGION)
                machine->reg[code_dst(insn)] = EXO_CODE_POINTER(
                    insn->imm == CODE_LDDW_RODATA ? EXO_CODE_RODATA : EXO_CODE_MEMORY,
                    (uint32_t)insn[1].imm);
            break;
        case CODE_JMP:
        case CODE_JMP32:
            if (code_is_exit(insn))
                return machine->reg[0];
            if (!code_is_jump(insn)) {
                call(machine, at, insn->imm);
                break;
            }
            if (!interpret_taken(machine->reg, insn))
                break;
            pc = (uint32_t)code_target(insn, at);
            if (check->note[at].flags & CODE_NOTE_BACK) {
                machine->run->fuel -= code_back_cost(check, at);
                if (machine->run->fuel < 0)
                    give_up(machine, at, EXO_CODE_A_FUEL);
            }
            break;
        default:
            memory(machine, at);
        }
    }
    return 0;
}
