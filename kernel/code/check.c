/* SPDX-License-Identifier: MIT */
/*
 * check.c - the verifier's fixpoint: what is known before each instruction, over all paths.
 *
 * Invariants:
 *   1. A state is kept at every head (an instruction that a jump leads to, and the first). It describes every
 *      machine state in which a run can be there, once no state is pending.
 *   2. States only grow (code_state_merge), and a head whose state has grown is looked at again. So each instruction
 *      is looked at last with all that can be before it, and notes only get worse: proved, then guarded.
 *   3. Nothing is decided by how often a loop runs.
 * The order is that of the program, so that straight code is looked at once.
 * Not here: which accesses are cheap. The compiler guards what is not proved; only types are always proved.
 */
#include "code/check.h"

#define STEPS_EACH 64 /* instructions looked at, per instruction, before it is called too complex */
#define STEPS_MORE 256
#define ZERO_LOT   4096

static struct code_cell number(struct value n)
{
    return (struct code_cell){.type = CELL_NUMBER, .n = n};
}

static struct code_cell unknown_number(uint32_t bytes)
{
    return number(value_truncate(value_any(), bytes * 8));
}

/* 0, or why nothing is known of it. */
static uint32_t unusable(const struct code_cell *cell)
{
    return cell->type == CELL_NONE ? EXO_CODE_E_UNINIT : cell->type == CELL_MIXED ? EXO_CODE_E_MIXED : 0;
}

/* 0 if the register holds a number, else why not. */
static uint32_t want_number(struct code_check *check, uint32_t reg, uint32_t otherwise)
{
    const struct code_cell *cell = &check->work.reg[reg];

    check->detail = reg;
    return cell->type <= CELL_MIXED ? unusable(cell) : cell->type == CELL_NUMBER ? 0 : otherwise;
}

/* The second operand of arithmetic and jumps: a register, or *immediate. */
static struct code_cell *source(struct code_check *check, const struct code_insn *insn,
                                struct code_cell *immediate)
{
    *immediate = number(value_of((uint64_t)(int64_t)insn->imm));
    return insn->opcode & CODE_X ? &check->work.reg[code_src(insn)] : immediate;
}

/* --- Memory ------------------------------------------------------------------------------------------------------- */

static uint32_t access_context(struct code_check *check, uint32_t at, uint32_t bytes,
                               struct code_cell *out)
{
    check->detail = at;
    if (bytes != (at < check->type->wide_bytes ? 8 : 4) || at % bytes)
        return EXO_CODE_E_CONTEXT;
    *out = unknown_number(bytes);
    for (uint32_t i = 0; check->type->bounds[i]; i++)
        if (at / 16 == i)
            *out = (struct code_cell){.type = at % 16 ? CELL_END : CELL_POINTER,
                                      .region = check->type->bounds[i]};
    return 0;
}

/* Is [n, n + bytes) inside the region whatever happens? Also inside what is mapped, if the length check is mispredicted. */
static bool proved(const struct code_check *check, const struct value *n, uint32_t region,
                   uint32_t bytes)
{
    uint32_t length = check->work.length[region];
    bool whole = region == EXO_CODE_MEMORY || region == EXO_CODE_RODATA;

    if (!whole && length > EXO_CODE_REACH)
        length = EXO_CODE_REACH;
    return bytes <= length && n->high <= length - bytes;
}

/*
 * The memory behind a register: may `need` (CODE_READ ..) be done there? Notes how.
 * *at is the place in context and stack; *region is where.
 */
static uint32_t locate(struct code_check *check, uint32_t pc, uint32_t reg, uint32_t bytes,
                       uint8_t need, uint32_t *at)
{
    const struct code_insn *insn = &check->subject.insn[pc];
    const struct code_cell *cell = &check->work.reg[reg];
    struct code_note *note = &check->note[pc];
    uint8_t access = CODE_ACCESS_FIXED;

    check->detail = reg;
    if (cell->type == CELL_NONE)
        return EXO_CODE_E_UNINIT;
    if (cell->type == CELL_MIXED || (note->access && note->region != cell->region))
        return EXO_CODE_E_MIXED;
    if (cell->type != CELL_POINTER)
        return EXO_CODE_E_NOT_POINTER;
    struct value n = value_add(cell->n, value_of((uint64_t)(int64_t)insn->offset));

    if (cell->region == EXO_CODE_CONTEXT || cell->region == EXO_CODE_STACK_REGION) {
        uint32_t limit =
            cell->region == EXO_CODE_CONTEXT ? check->type->context_bytes : EXO_CODE_STACK;

        if (!value_constant(&n) || n.low > limit - bytes)
            return cell->region == EXO_CODE_CONTEXT ? EXO_CODE_E_CONTEXT : EXO_CODE_E_STACK;
        *at = (uint32_t)n.low;
        note->offset = (uint16_t)n.low;
    } else {
        uint8_t allowed = check->type->access[cell->region];

        if ((need & ~allowed) & CODE_WRITE)
            return EXO_CODE_E_READ_ONLY;
        if (need & ~allowed)
            return need & CODE_LOCK ? EXO_CODE_E_ATOMIC : EXO_CODE_E_REGION;
        access = proved(check, &n, cell->region, bytes) ? CODE_ACCESS_PROVED : CODE_ACCESS_GUARDED;
    }
    note->region = cell->region;
    access = access > note->access ? access : note->access;
    /* an instruction counts as what it is now */
    check->guarded += access == CODE_ACCESS_GUARDED && note->access != CODE_ACCESS_GUARDED;
    check->proved += access < CODE_ACCESS_GUARDED;
    check->proved -= note->access && note->access < CODE_ACCESS_GUARDED;
    note->access = access;
    return 0;
}

static uint32_t load(struct code_check *check, uint32_t pc)
{
    const struct code_insn *insn = &check->subject.insn[pc];
    struct code_cell *to = &check->work.reg[code_dst(insn)];
    struct code_cell cell = unknown_number(code_size(insn));
    uint32_t bytes = code_size(insn), at = 0;
    uint32_t error = locate(check, pc, code_src(insn), bytes, CODE_READ, &at);

    if (!error && check->note[pc].region == EXO_CODE_CONTEXT)
        error = access_context(check, at, bytes, &cell);
    if (!error && check->note[pc].region == EXO_CODE_STACK_REGION)
        error = code_stack_load(&check->work, at, bytes, &cell);
    if (error)
        return error;
    if (code_mode(insn) == CODE_MEMSX) {
        if (cell.type != CELL_NUMBER)
            return EXO_CODE_E_LEAK;
        cell.n = value_sign_extend(cell.n, bytes * 8);
    }
    *to = cell;
    return 0;
}

static uint32_t store(struct code_check *check, uint32_t pc)
{
    const struct code_insn *insn = &check->subject.insn[pc];
    struct code_cell cell = number(value_of((uint64_t)(int64_t)insn->imm));
    uint32_t at = 0;
    uint32_t error = locate(check, pc, code_dst(insn), code_size(insn), CODE_WRITE, &at);

    if (error)
        return error;
    check->detail = code_src(insn);
    if (code_class(insn) == CODE_STX)
        cell = check->work.reg[code_src(insn)];
    error = unusable(&cell);
    if (error)
        return error;
    if (check->note[pc].region == EXO_CODE_STACK_REGION)
        return code_stack_store(&check->work, at, code_size(insn), &cell);
    if (check->note[pc].region == EXO_CODE_CONTEXT)
        return EXO_CODE_E_CONTEXT;
    return cell.type == CELL_NUMBER ? 0 : EXO_CODE_E_LEAK;
}

static uint32_t atomic(struct code_check *check, uint32_t pc)
{
    const struct code_insn *insn = &check->subject.insn[pc];
    struct code_state *state = &check->work;
    uint32_t bytes = code_size(insn), at = 0;
    uint32_t error = want_number(check, code_src(insn), EXO_CODE_E_LEAK);
    struct code_cell old;

    if (!error && insn->imm == CODE_CMPXCHG)
        error = want_number(check, 0, EXO_CODE_E_LEAK);
    if (!error)
        error = locate(check, pc, code_dst(insn), bytes, CODE_READ | CODE_WRITE | CODE_LOCK, &at);
    if (error)
        return error;
    if (check->note[pc].region == EXO_CODE_CONTEXT)
        return EXO_CODE_E_CONTEXT;
    if (check->note[pc].region == EXO_CODE_STACK_REGION) {
        if (at % bytes)
            return EXO_CODE_E_ATOMIC;
        error = code_stack_load(state, at, bytes, &old);
        if (!error && old.type != CELL_NUMBER)
            error = EXO_CODE_E_LEAK;
        old = unknown_number(bytes);
        if (!error)
            error = code_stack_store(state, at, bytes, &old);
    }
    if (insn->imm == CODE_CMPXCHG)
        state->reg[0] = unknown_number(bytes);
    else if (insn->imm & CODE_FETCH)
        state->reg[code_src(insn)] = unknown_number(bytes);
    return error;
}

/* --- Arithmetic ----------------------------------------------------------------------------------------------------- */

static struct value swap_bytes(const struct code_insn *insn, struct value v)
{
    uint32_t bits = (uint32_t)insn->imm;
    bool swap = code_class(insn) == CODE_ALU64 || insn->opcode & CODE_X;

    v = value_truncate(v, bits);
    if (!swap)
        return v;
    if (!value_constant(&v))
        return value_truncate(value_any(), bits);
    return value_of(__builtin_bswap64(v.low) >> (64 - bits));
}

static uint32_t move(struct code_check *check, const struct code_insn *insn, bool wide)
{
    struct code_cell immediate, cell = *source(check, insn, &immediate);
    uint32_t error = unusable(&cell);

    check->detail = code_src(insn);
    if (error)
        return error;
    if (cell.type != CELL_NUMBER && (!wide || insn->offset))
        return EXO_CODE_E_LEAK;
    if (insn->offset)
        cell.n = value_sign_extend(cell.n, (uint32_t)insn->offset);
    if (!wide)
        cell.n = value_truncate(cell.n, 32);
    check->work.reg[code_dst(insn)] = cell;
    return 0;
}

/* At least one of a and b is a pointer. */
static uint32_t pointer_arithmetic(struct code_cell *a, const struct code_cell *b,
                                   uint8_t operation)
{
    bool number_a = a->type == CELL_NUMBER, number_b = b->type == CELL_NUMBER;

    if (operation == CODE_SUB && !number_a && !number_b && a->region == b->region) {
        *a = unknown_number(8);
        return 0;
    }
    if ((operation != CODE_ADD && operation != CODE_SUB) || a->type == CELL_END ||
        b->type == CELL_END || (!number_a && !number_b) || (operation == CODE_SUB && number_a))
        return EXO_CODE_E_ARITHMETIC;
    struct value n = operation == CODE_ADD ? value_add(a->n, b->n) : value_subtract(a->n, b->n);

    if (number_a)
        *a = *b;
    a->n = n;
    return 0;
}

static uint32_t alu(struct code_check *check, const struct code_insn *insn)
{
    bool wide = code_class(insn) == CODE_ALU64;
    uint8_t operation = code_operation(insn);
    struct code_cell *to = &check->work.reg[code_dst(insn)];
    struct code_cell immediate;
    const struct code_cell *operand;
    uint32_t error = unusable(to);

    if (operation == CODE_MOV)
        return move(check, insn, wide);
    check->detail = code_dst(insn);
    if (error)
        return error;
    if (operation == CODE_END) {
        if (to->type != CELL_NUMBER)
            return EXO_CODE_E_ARITHMETIC;
        to->n = swap_bytes(insn, to->n);
        return 0;
    }
    operand = source(check, insn, &immediate);
    error = unusable(operand);
    if (insn->opcode & CODE_X)
        check->detail = code_src(insn);
    if (error)
        return error;
    if (to->type == CELL_NUMBER && operand->type == CELL_NUMBER) {
        to->n = value_alu(operation, insn->offset == 1, to->n, operand->n, wide ? 64 : 32);
        return 0;
    }
    return wide ? pointer_arithmetic(to, operand, operation) : EXO_CODE_E_ARITHMETIC;
}

static uint32_t call(struct code_check *check, const struct code_insn *insn)
{
    struct code_state *state = &check->work;
    uint32_t helper = (uint32_t)insn->imm;

    check->detail = helper;
    if (helper >= EXO_CODE_HELPERS || !(check->type->helpers >> helper & 1))
        return EXO_CODE_E_HELPER;
    for (uint32_t i = 0; i < 5; i++) {
        uint8_t kind = code_helper_arguments[helper][i];
        const struct code_cell *cell = &state->reg[i + 1];
        uint8_t need = kind == CODE_ARGUMENT_TO ? CODE_WRITE : CODE_READ;

        check->detail = i + 1;
        if (kind == CODE_ARGUMENT_NONE)
            break;
        if (cell->type == CELL_NONE)
            return EXO_CODE_E_UNINIT;
        if (kind == CODE_ARGUMENT_NUMBER
                ? cell->type != CELL_NUMBER
                : cell->type != CELL_POINTER || !(check->type->access[cell->region] & need))
            return EXO_CODE_E_ARGUMENT;
    }
    for (uint32_t r = 1; r <= 5; r++)
        state->reg[r] = (struct code_cell){0};
    state->reg[0] = helper == EXO_CODE_HELPER_CHECKSUM ? unknown_number(2) : unknown_number(8);
    return 0;
}

/* --- Jumps ------------------------------------------------------------------------------------------------------------ */

/* A pointer was found to be at or below (strict: below) the end of its region: the region is at least so long. */
static void learn_length(struct code_state *state, const struct code_cell *pointer, bool strict)
{
    uint32_t *length = &state->length[pointer->region];

    if (pointer->n.high < UINT32_MAX && pointer->n.low + strict > *length)
        *length = (uint32_t)pointer->n.low + strict;
}

static void refine_pointers(struct code_state *state, const struct code_cell *a,
                            const struct code_cell *b, uint8_t operation, bool taken)
{
    uint8_t holds = taken ? operation : value_inverse(operation);
    bool equal = holds == CODE_JEQ;

    if (a->type == CELL_POINTER && b->type == CELL_END &&
        (equal || holds == CODE_JLE || holds == CODE_JLT))
        learn_length(state, a, holds == CODE_JLT);
    if (a->type == CELL_END && b->type == CELL_POINTER &&
        (equal || holds == CODE_JGE || holds == CODE_JGT))
        learn_length(state, b, holds == CODE_JGT);
}

/* May a and b be compared so? */
static uint32_t comparison(const struct code_cell *a, const struct code_cell *b, uint8_t operation,
                           bool wide)
{
    bool pointers = a->type >= CELL_POINTER && b->type >= CELL_POINTER;

    if (unusable(a) || unusable(b))
        return unusable(a) ? unusable(a) : unusable(b);
    if (a->type == CELL_NUMBER && b->type == CELL_NUMBER)
        return 0;
    if (!wide)
        return EXO_CODE_E_COMPARE;
    if (operation == CODE_JEQ || operation == CODE_JNE) {
        if (pointers)
            return a->region == b->region ? 0 : EXO_CODE_E_COMPARE;
        return b->type == CELL_NUMBER && b->n.high == 0 ? 0 : EXO_CODE_E_COMPARE; /* with null */
    }
    return pointers && a->region == b->region &&
                   (operation == CODE_JGT || operation == CODE_JGE || operation == CODE_JLT ||
                    operation == CODE_JLE)
               ? 0
               : EXO_CODE_E_COMPARE;
}

/* What holds in the current state after the jump came out as `taken`; false: it cannot. */
static bool refine(struct code_check *check, const struct code_insn *insn, bool taken)
{
    struct code_cell immediate;
    struct code_cell *a = &check->work.reg[code_dst(insn)], *b = source(check, insn, &immediate);
    bool wide = code_class(insn) == CODE_JMP;

    if (a->type == CELL_NUMBER && b->type == CELL_NUMBER) {
        if (!wide && b == &immediate)
            b->n = value_truncate(b->n, 32);
        return value_refine(code_operation(insn), taken, wide ? 64 : 32, &a->n, &b->n);
    }
    refine_pointers(&check->work, a, b, code_operation(insn), taken);
    return true;
}

static void arrive(struct code_check *check, uint32_t pc)
{
    uint32_t index = check->note[pc].state;
    struct code_state *state = &check->state[index];
    bool first = !check->visits[index];
    uint32_t visits = check->note[pc].flags & CODE_NOTE_WIDEN ? check->visits[index] : 0;

    if (first) {
        *state = check->work;
        state->place = (uint16_t)pc;
    } else if (!code_state_merge(state, &check->work, visits, check->threshold,
                                 check->threshold_count)) {
        return;
    }
    if (check->visits[index] < 255)
        check->visits[index]++;
    check->pending[index / 64] |= (uint64_t)1 << (index % 64);
}

/* Both ways out of a conditional jump; true: control may go on with the next instruction. */
static bool branch(struct code_check *check, const struct code_insn *insn, uint32_t pc)
{
    struct code_state *state = &check->work;
    struct code_cell a = state->reg[code_dst(insn)], b = state->reg[code_src(insn)];
    uint32_t length[EXO_CODE_REGIONS];

    __builtin_memcpy(length, state->length, sizeof length);
    if (refine(check, insn, true))
        arrive(check, (uint32_t)code_target(insn, pc));
    state->reg[code_dst(insn)] = a;
    state->reg[code_src(insn)] = b;
    __builtin_memcpy(state->length, length, sizeof length);
    return refine(check, insn, false);
}

/* --- The fixpoint ------------------------------------------------------------------------------------------------------ */

static uint32_t transfer(struct code_check *check, uint32_t pc)
{
    const struct code_insn *insn = &check->subject.insn[pc];

    switch (code_class(insn)) {
    case CODE_ALU:
    case CODE_ALU64:
        return alu(check, insn);
    case CODE_LDX:
        return load(check, pc);
    case CODE_ST:
        return store(check, pc);
    case CODE_STX:
        return code_mode(insn) == CODE_ATOMIC ? atomic(check, pc) : store(check, pc);
    case CODE_LD:
        check->work.reg[code_dst(insn)] =
            number(value_of((uint32_t)insn->imm | (uint64_t)(uint32_t)insn[1].imm << 32));
        if (code_src(insn) == CODE_LDDW_REGION)
            check->work.reg[code_dst(insn)] =
                (struct code_cell){.type = CELL_POINTER,
                                   .region = code_lddw_region(insn),
                                   .n = value_of((uint32_t)insn[1].imm)};
        return 0;
    default:
        return call(check, insn);
    }
}

static bool writes_frame_pointer(const struct code_insn *insn)
{
    uint8_t class = code_class(insn);
    bool fetches = class == CODE_STX && code_mode(insn) == CODE_ATOMIC && insn->imm & CODE_FETCH &&
                   insn->imm != CODE_CMPXCHG;

    return ((class == CODE_ALU || class == CODE_ALU64 || class == CODE_LDX || class == CODE_LD) &&
            code_dst(insn) == 10) ||
           (fetches && code_src(insn) == 10);
}

static bool leave(struct code_check *check, uint32_t pc)
{
    uint32_t error = want_number(check, 0, EXO_CODE_E_RESULT);

    if (error)
        return code_refuse(check, error, pc);
    if (check->work.reg[0].n.high > check->type->result_max)
        check->result_guarded = 1;
    return true;
}

/* Straight on from a head until control ends, or reaches a head. */
static bool follow(struct code_check *check, uint32_t pc)
{
    for (;;) {
        const struct code_insn *insn = &check->subject.insn[pc];
        uint32_t error = writes_frame_pointer(insn) ? EXO_CODE_E_FRAME : 0;

        code_breathe(check->steps);
        if (++check->steps > check->subject.count * STEPS_EACH + STEPS_MORE)
            error = EXO_CODE_E_COMPLEX;
        if (error)
            return code_refuse(check, error, pc);
        check->note[pc].flags |= CODE_NOTE_VISITED;
        if (code_is_exit(insn))
            return leave(check, pc);
        if (code_is_always(insn)) {
            arrive(check, (uint32_t)code_target(insn, pc));
            return true;
        }
        if (code_is_jump(insn)) {
            struct code_cell immediate;

            check->detail = code_dst(insn);
            error =
                comparison(&check->work.reg[code_dst(insn)], source(check, insn, &immediate),
                           code_operation(insn), code_class(insn) == CODE_JMP);
            if (!error && !branch(check, insn, pc))
                return true;
        } else {
            error = transfer(check, pc);
        }
        if (error)
            return code_refuse(check, error, pc);
        pc += insn->opcode == CODE_LDDW ? 2 : 1;
        if (check->note[pc].flags & CODE_NOTE_HEAD) {
            arrive(check, pc);
            return true;
        }
    }
}

/* The head at the lowest place whose state has grown; -1: none, the fixpoint is there. */
static int64_t next_pending(struct code_check *check)
{
    for (uint32_t i = 0; i * 64 < check->state_count; i++)
        if (check->pending[i])
            return i * 64 + (uint32_t)__builtin_ctzll(check->pending[i]);
    return -1;
}

void (*code_pause)(void);

enum code_progress code_check_step(struct code_check *check, uint32_t steps)
{
    uint32_t until = check->steps + steps;

    while (check->steps < until) {
        int64_t index = next_pending(check);
        uint32_t pc = 0;

        if (index < 0)
            return CODE_DONE;
        check->pending[index / 64] &= ~((uint64_t)1 << (index % 64));
        check->work = check->state[index];
        pc = check->state[index].place;
        if (!follow(check, pc))
            return CODE_REFUSED;
    }
    return CODE_MORE;
}

/* --- Beginning ----------------------------------------------------------------------------------------------------------- */

static void add_threshold(struct code_check *check, uint64_t value)
{
    uint32_t i = check->threshold_count;

    if (i == CODE_THRESHOLDS)
        return;
    while (i && check->threshold[i - 1] > value)
        i--;
    if (i && check->threshold[i - 1] == value)
        return;
    __builtin_memmove(&check->threshold[i + 1], &check->threshold[i],
                      (check->threshold_count - i) * sizeof value);
    check->threshold[i] = value;
    check->threshold_count++;
}

/* Bounds of loops are mostly constants that the program compares with, and their neighbours. */
static void find_thresholds(struct code_check *check)
{
    static const uint64_t common[] = {1, 255, 65535, INT32_MAX, UINT32_MAX, INT64_MAX};

    for (uint32_t i = 0; i < sizeof common / sizeof common[0]; i++)
        add_threshold(check, common[i]);
    for (uint32_t pc = 0; pc < check->subject.count; pc++) {
        const struct code_insn *insn = &check->subject.insn[pc];

        code_breathe(pc);
        if (check->note[pc].flags & CODE_NOTE_SECOND || !code_is_jump(insn) ||
            insn->opcode & CODE_X || insn->imm <= 0)
            continue;
        for (int64_t near = -1; near <= 1; near++)
            add_threshold(check, (uint64_t)(insn->imm + near));
    }
}

/* Gives `bytes` from the end of the memory, 8-byte aligned, zeroed. NULL: not enough. */
static void *take(uint8_t *memory, size_t *left, size_t bytes)
{
    bytes = (bytes + 7) & ~(size_t)7;
    if (bytes > *left)
        return NULL;
    *left -= bytes;
    for (size_t at = 0, lot; at < bytes; at += lot) {
        lot = bytes - at < ZERO_LOT ? bytes - at : ZERO_LOT;
        __builtin_memset(memory + *left + at, 0, lot);
        code_breathe((uint32_t)(at / ZERO_LOT));
    }
    return memory + *left;
}

enum code_progress code_check_begin(struct code_check *check, const struct code_subject *subject,
                                    void *memory, size_t bytes)
{
    uint32_t count = subject->count;
    uint32_t heads = 0;

    *check = (struct code_check){.subject = *subject, .type = &code_types[subject->type]};
    bytes &= ~(size_t)7;
    if (!count || count > EXO_CODE_INSNS_MAX) {
        check->error = EXO_CODE_E_LENGTH;
        return CODE_REFUSED;
    }
    check->error = EXO_CODE_E_MEMORY;
    check->note = take(memory, &bytes, count * sizeof *check->note);
    check->place = check->note ? take(memory, &bytes, count * sizeof *check->place) : NULL;
    check->stub = check->place ? take(memory, &bytes, (count * 3 + 1) * sizeof *check->stub) : NULL;
    if (!check->stub || bytes < count * sizeof(uint16_t))
        return CODE_REFUSED;
    check->error = 0;
    if (!code_shape(check, memory))
        return CODE_REFUSED;
    check->note[0].flags |= CODE_NOTE_HEAD;
    for (uint32_t pc = 0; pc < count; pc++) {
        if (check->note[pc].flags & CODE_NOTE_HEAD)
            check->note[pc].state = (uint16_t)heads++;
        code_breathe(pc);
    }
    check->state_count = heads;
    check->visits = take(memory, &bytes, heads);
    check->pending = take(memory, &bytes, (heads + 63) / 64 * sizeof(uint64_t));
    check->state = check->pending ? take(memory, &bytes, heads * sizeof *check->state) : NULL;
    if (!check->visits || !check->state) {
        check->error = EXO_CODE_E_MEMORY;
        return CODE_REFUSED;
    }
    find_thresholds(check);
    code_state_begin(&check->work, subject);
    arrive(check, 0);
    return CODE_MORE;
}
