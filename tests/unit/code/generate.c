/* SPDX-License-Identifier: MIT */
/*
 * generate.c - programs from a seed.
 *
 * A plausible program is built from items (arithmetic, checked and unchecked accesses, spills, ifs, loops, calls) with a rough idea
 * of what each register holds, so that most are accepted; the rough idea is wrong on purpose now and then.
 */
#include "generate.h"
#include <string.h>

enum holds {
    NOTHING,
    NUMBER,
    POINTER, /* plus the region */
    END_OF,
};

struct maker {
    struct subject *subject;
    uint64_t seed;
    uint32_t limit;
    uint8_t holds[11], region[11];
    int32_t spilled[64]; /* slot: -1 nothing, else what it holds */
    uint8_t spilled_region[64];
    uint32_t nesting;
};

uint64_t generate_random(uint64_t *seed)
{
    uint64_t x = *seed += 0x9e3779b97f4a7c15;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static uint32_t below(struct maker *m, uint32_t n)
{
    return (uint32_t)(generate_random(&m->seed) % n);
}

static uint32_t emit(struct maker *m, uint8_t opcode, uint32_t dst, uint32_t src, int32_t offset,
                     int64_t imm)
{
    struct subject *s = m->subject;

    if (s->count < PROGRAM_MAX)
        s->insn[s->count++] = (struct code_insn){.opcode = opcode,
                                                 .registers = (uint8_t)(dst | src << 4),
                                                 .offset = (int16_t)offset,
                                                 .imm = (int32_t)imm};
    return s->count - 1;
}

static int32_t constant(struct maker *m)
{
    static const int32_t edges[] = {0,   1,      -1,      2,         7,         8,   16,
                                    31,  32,     63,      64,        65,        127, 128,
                                    255, 0x7fff, 0x10000, INT32_MAX, INT32_MIN, -8};

    return below(m, 3) ? edges[below(m, 20)] : (int32_t)generate_random(&m->seed);
}

/* A register that holds this, or 0xff. */
static uint32_t pick(struct maker *m, uint8_t holds)
{
    uint32_t start = below(m, 10);

    for (uint32_t i = 0; i < 10; i++) {
        uint32_t r = (start + i) % 10;

        if (m->holds[r] == holds)
            return r;
    }
    return 0xff;
}

static uint32_t number_register(struct maker *m)
{
    uint32_t r = pick(m, NUMBER);

    return r == 0xff ? 0 : r;
}

/* Any register but the loop counters that must survive (kept in r9 when nesting). */
static uint32_t target(struct maker *m)
{
    return below(m, m->nesting ? 6 : 10);
}

static void set(struct maker *m, uint32_t r, uint8_t holds, uint8_t region)
{
    m->holds[r] = holds;
    m->region[r] = region;
}

static void arithmetic(struct maker *m)
{
    static const uint8_t operations[] = {CODE_ADD, CODE_SUB, CODE_MUL,  CODE_DIV,
                                         CODE_OR,  CODE_AND, CODE_LSH,  CODE_RSH,
                                         CODE_MOD, CODE_XOR, CODE_ARSH, CODE_AND};
    uint32_t r = number_register(m);
    uint8_t class = below(m, 2) ? CODE_ALU64 : CODE_ALU;
    uint8_t operation = operations[below(m, 12)];
    bool divides = operation == CODE_DIV || operation == CODE_MOD;

    switch (below(m, 8)) {
    case 0:
        emit(m, (uint8_t)(class | CODE_NEG), r, 0, 0, 0);
        break;
    case 1:
        emit(m,
             below(m, 2) ? CODE_ALU64 | CODE_END : (uint8_t)(CODE_ALU | CODE_END | below(m, 2) * 8),
             r, 0, 0, 16 << below(m, 3));
        break;
    case 2: {
        static const int32_t widths[] = {0, 8, 16, 32};
        uint32_t from = number_register(m);
        uint32_t to = target(m);

        emit(m, (uint8_t)(class | CODE_MOV | CODE_X), to, from,
             widths[below(m, class == CODE_ALU64 ? 4 : 3)], 0);
        set(m, to, NUMBER, 0);
        break;
    }
    case 3:
    case 4:
        emit(m, (uint8_t)(class | operation | CODE_X), r, number_register(m),
             divides ? (int32_t)below(m, 2) : 0, 0);
        break;
    default: {
        int32_t c = constant(m);

        if (operation == CODE_LSH || operation == CODE_RSH || operation == CODE_ARSH)
            c = (int32_t)below(m, 70);
        emit(m, (uint8_t)(class | operation), r, 0, divides ? (int32_t)below(m, 2) : 0, c);
    }
    }
}

static void load_constant(struct maker *m)
{
    uint32_t r = target(m);
    uint32_t kind = below(m, 4);

    if (kind == 0) {
        emit(m, CODE_LDDW, r, 0, 0, constant(m));
        emit(m, 0, 0, 0, 0, constant(m));
        set(m, r, NUMBER, 0);
    } else if (kind == 1 && m->subject->rodata_bytes) {
        bool memory = code_types[m->subject->type].access[EXO_CODE_MEMORY] && below(m, 2);

        emit(m, CODE_LDDW, r, CODE_LDDW_REGION, 0, memory);
        emit(m, 0, 0, 0, 0, below(m, 80));
        set(m, r, POINTER, memory ? EXO_CODE_MEMORY : EXO_CODE_RODATA);
    } else {
        emit(m, (uint8_t)((below(m, 2) ? CODE_ALU64 : CODE_ALU) | CODE_MOV), r, 0, 0, constant(m));
        set(m, r, NUMBER, 0);
    }
}

static void load_context(struct maker *m)
{
    const struct code_type *type = &code_types[m->subject->type];
    uint32_t wide = type->wide_bytes / 8, regions = 0, r = target(m), from = 0xff;
    uint32_t field = below(m, wide + (type->context_bytes - type->wide_bytes) / 4);

    while (type->bounds[regions])
        regions++;
    for (uint32_t i = 0; i < 10; i++)
        if (m->holds[i] == POINTER && m->region[i] == EXO_CODE_CONTEXT)
            from = i;
    if (from == 0xff)
        return;
    emit(m, field < wide ? CODE_LDX | CODE_MEM | 0x18 : CODE_LDX | CODE_MEM, r, from,
         (int16_t)(field < wide ? field * 8 : type->wide_bytes + (field - wide) * 4), 0);
    if (field < 2 * regions)
        set(m, r, field % 2 ? END_OF : POINTER, type->bounds[field / 2]);
    else
        set(m, r, NUMBER, 0);
}

static int32_t stack_offset(struct maker *m, uint32_t bytes)
{
    uint32_t slot = below(m, 12);

    return -(int32_t)(8 * (slot + 1)) +
           (below(m, 4) || bytes == 8 ? 0 : (int32_t)below(m, 8 / bytes) * (int32_t)bytes);
}

static void stack(struct maker *m)
{
    static const uint8_t sizes[] = {0x18, 0x18, 0x00, 0x08, 0x10};
    uint8_t size = sizes[below(m, 5)];
    uint32_t bytes = size == 0x18 ? 8 : size == 0 ? 4 : size == 8 ? 2 : 1;
    int32_t offset = stack_offset(m, bytes);
    uint32_t slot = (uint32_t)(-offset - 1) / 8;
    uint32_t r = below(m, 10);

    if (below(m, 2)) {
        if (below(m, 3) == 0) {
            emit(m, CODE_ST | CODE_MEM | size, 10, 0, offset, constant(m));
            m->spilled[slot] = bytes == 8 ? NUMBER : -1;
            return;
        }
        if (m->holds[r] == NOTHING || (m->holds[r] != NUMBER && bytes != 8))
            return;
        emit(m, CODE_STX | CODE_MEM | size, 10, r, offset, 0);
        m->spilled[slot] = bytes == 8 ? m->holds[r] : -1;
        m->spilled_region[slot] = m->region[r];
        return;
    }
    if (m->spilled[slot] < 0 || (m->spilled[slot] != NUMBER && bytes != 8))
        return;
    r = target(m);
    if (bytes < 8 && below(m, 3) == 0)
        emit(m, CODE_LDX | CODE_MEMSX | size, r, 10, offset, 0);
    else
        emit(m, CODE_LDX | CODE_MEM | size, r, 10, offset, 0);
    set(m, r, bytes == 8 ? (uint8_t)m->spilled[slot] : NUMBER, m->spilled_region[slot]);
}

/* A load, store or atomic operation through a pointer register. */
static void access_memory(struct maker *m)
{
    static const uint8_t sizes[] = {0x18, 0x00, 0x08, 0x10};
    static const int32_t atomics[] = {CODE_ADD,     CODE_OR,     CODE_AND,     CODE_XOR,
                                      CODE_ADD | 1, CODE_OR | 1, CODE_AND | 1, CODE_XOR | 1,
                                      CODE_XCHG,    CODE_CMPXCHG};
    uint8_t size = sizes[below(m, 4)];
    uint32_t p = pick(m, POINTER);
    int32_t offset = below(m, 4) ? (int32_t)below(m, 64) : (int32_t)below(m, 400) - 100;
    uint8_t allowed;

    if (p == 0xff || m->region[p] < EXO_CODE_PACKET_REGION)
        return;
    allowed = code_types[m->subject->type].access[m->region[p]];
    if (allowed & CODE_LOCK && below(m, 5) == 0) {
        int32_t operation = atomics[below(m, 10)];

        if (operation == CODE_CMPXCHG && m->holds[0] != NUMBER)
            return;
        emit(m, CODE_STX | CODE_ATOMIC | (size & 0x10 && size & 8 ? 0x18 : 0), p,
             number_register(m), below(m, 4) ? offset & ~7 : offset, operation);
        return;
    }
    if (allowed & CODE_WRITE && below(m, 2)) {
        if (below(m, 3))
            emit(m, CODE_STX | CODE_MEM | size, p, number_register(m), offset, 0);
        else
            emit(m, CODE_ST | CODE_MEM | size, p, 0, offset, constant(m));
        return;
    }
    uint32_t r = target(m);

    emit(m, CODE_LDX | (size != 0x18 && below(m, 4) == 0 ? CODE_MEMSX : CODE_MEM) | size, r, p,
         offset, 0);
    set(m, r, NUMBER, 0);
}

/* A bounds check against the end of a region, and an access behind it. */
static void checked_access(struct maker *m)
{
    uint32_t p = pick(m, POINTER), e = pick(m, END_OF);

    if (p == 0xff || e == 0xff || m->region[p] != m->region[e] || p == e || m->nesting > 2)
        return;
    uint32_t t = target(m);

    if (t == p || t == e)
        return;
    emit(m, CODE_ALU64 | CODE_MOV | CODE_X, t, p, 0, 0);
    emit(m, CODE_ALU64 | CODE_ADD, t, 0, 0, (int32_t)below(m, 80));
    set(m, t, NOTHING, 0);
    static const uint8_t away[] = {CODE_JGT, CODE_JGE};
    static const uint8_t away_swapped[] = {CODE_JLT, CODE_JLE};
    uint32_t jump = below(m, 2)
                        ? emit(m, CODE_JMP | CODE_X | away[below(m, 2)], t, e, 0, 0)
                        : emit(m, CODE_JMP | CODE_X | away_swapped[below(m, 2)], e, t, 0, 0);
    uint32_t first = m->subject->count;

    emit(m, CODE_LDX | CODE_MEM | (uint8_t)(below(m, 4) * 8), t, p, (int32_t)below(m, 80), 0);
    m->subject->insn[jump].offset = (int16_t)(m->subject->count - first);
    if (below(m, 2)) { /* both ways end with a number in t */
        m->subject->insn[jump].offset++;
        emit(m, CODE_JMP | CODE_JA, 0, 0, 1, 0);
        emit(m, CODE_ALU64 | CODE_MOV, t, 0, 0, constant(m));
        set(m, t, NUMBER, 0);
    }
}

/* Pointer plus a number, bounded now and then. */
static void move_pointer(struct maker *m)
{
    uint32_t p = pick(m, POINTER), r = number_register(m), t = target(m);

    if (p == 0xff || t == r || m->region[p] < EXO_CODE_PACKET_REGION || m->holds[r] != NUMBER)
        return;
    if (below(m, 3))
        emit(m, CODE_ALU64 | CODE_AND, r, 0, 0, (int32_t)(1u << below(m, 9)) - 1);
    if (below(m, 4) == 0) {
        emit(m, CODE_ALU64 | (below(m, 2) ? CODE_ADD : CODE_SUB), p, 0, 0, (int32_t)below(m, 32));
        return;
    }
    uint8_t region = m->region[p];

    emit(m, CODE_ALU64 | CODE_MOV | CODE_X, t, p, 0, 0);
    emit(m, (uint8_t)(CODE_ALU64 | CODE_X | (below(m, 4) ? CODE_ADD : CODE_SUB)), t, r, 0, 0);
    set(m, t, POINTER, region);
}

static void item(struct maker *m);

static void some_items(struct maker *m, uint32_t most)
{
    uint32_t count = 1 + below(m, most);

    for (uint32_t i = 0; i < count && m->subject->count + 16 < m->limit; i++)
        item(m);
}

/* What is the same in both remains known. */
static void meet(struct maker *m, const struct maker *other)
{
    for (uint32_t r = 0; r < 11; r++)
        if (m->holds[r] != other->holds[r] || m->region[r] != other->region[r])
            set(m, r, NOTHING, 0);
    for (uint32_t i = 0; i < 64; i++)
        if (m->spilled[i] != other->spilled[i] || m->spilled_region[i] != other->spilled_region[i])
            m->spilled[i] = -1;
}

static uint8_t comparison(struct maker *m)
{
    static const uint8_t all[] = {CODE_JEQ,  CODE_JGT, CODE_JGE, CODE_JSET, CODE_JNE, CODE_JSGT,
                                  CODE_JSGE, CODE_JLT, CODE_JLE, CODE_JSLT, CODE_JSLE};

    return all[below(m, 11)];
}

static void branch(struct maker *m)
{
    uint8_t class = below(m, 3) ? CODE_JMP : CODE_JMP32;
    uint32_t a = number_register(m);
    struct maker before = *m;
    uint32_t jump;

    if (m->nesting > 3)
        return;
    if (below(m, 3))
        jump = emit(m, class | comparison(m), a, 0, 0, constant(m));
    else
        jump = emit(m, class | comparison(m) | CODE_X, a, number_register(m), 0, 0);
    before.seed = m->seed;
    m->nesting++;
    some_items(m, 4);
    m->nesting--;
    m->subject->insn[jump].offset = (int16_t)(m->subject->count - jump - 1);
    meet(m, &before);
}

static void loop(struct maker *m)
{
    uint32_t counter = 6 + m->nesting;
    struct maker before;
    uint32_t head;

    if (m->nesting > 2 || !code_types[m->subject->type].loops)
        return;
    emit(m, CODE_ALU64 | CODE_MOV, counter, 0, 0, (int32_t)below(m, 4));
    set(m, counter, NUMBER, 0);
    before = *m;
    head = m->subject->count;
    m->nesting++;
    some_items(m, 5);
    m->nesting--;
    meet(m, &before);
    emit(m, CODE_ALU64 | CODE_ADD, counter, 0, 0, 1 + (int32_t)below(m, 8));
    emit(m, (uint8_t)(CODE_JMP | (below(m, 3) ? CODE_JLT : CODE_JNE)), counter, 0,
         (int32_t)head - (int32_t)m->subject->count - 1, (int32_t)below(m, below(m, 4) ? 12 : 70));
}

static void call(struct maker *m)
{
    uint32_t helpers = code_types[m->subject->type].helpers;
    uint32_t helper = 1 + below(m, EXO_CODE_HELPERS - 1);
    uint32_t p = 0xff;

    if (!(helpers >> helper & 1))
        return;
    for (uint32_t i = 0; i < 5 && code_helper_arguments[helper][i]; i++) {
        uint8_t kind = code_helper_arguments[helper][i];

        if (kind == CODE_ARGUMENT_NUMBER) {
            emit(m, CODE_ALU64 | CODE_MOV, i + 1, 0, 0,
                 below(m, 3) ? (int32_t)below(m, 64) : constant(m));
            set(m, i + 1, NUMBER, 0);
            continue;
        }
        for (uint32_t r = 6; r < 10; r++)
            if (m->holds[r] == POINTER && code_types[m->subject->type].access[m->region[r]] &
                                              (kind == CODE_ARGUMENT_TO ? CODE_WRITE : CODE_READ))
                p = r;
        if (p == 0xff)
            return;
        emit(m, CODE_ALU64 | CODE_MOV | CODE_X, i + 1, p, 0, 0);
        set(m, i + 1, POINTER, m->region[p]);
    }
    emit(m, CODE_JMP | CODE_CALL, 0, 0, 0, helper);
    for (uint32_t r = 1; r <= 5; r++)
        set(m, r, NOTHING, 0);
    set(m, 0, NUMBER, 0);
}

static void item(struct maker *m)
{
    switch (below(m, 20)) {
    case 0:
    case 1:
        load_context(m);
        break;
    case 2:
        load_constant(m);
        break;
    case 3:
    case 4:
        stack(m);
        break;
    case 5:
    case 6:
    case 7:
        access_memory(m);
        break;
    case 8:
        checked_access(m);
        break;
    case 9:
    case 10:
        move_pointer(m);
        break;
    case 11:
    case 12:
        branch(m);
        break;
    case 13:
        loop(m);
        break;
    case 14:
        call(m);
        break;
    default:
        arithmetic(m);
    }
}

static void damage(struct maker *m)
{
    struct subject *s = m->subject;

    for (uint32_t n = 1 + below(m, 3); n; n--) {
        struct code_insn *insn = &s->insn[below(m, s->count)];

        switch (below(m, 6)) {
        case 0:
            insn->opcode = (uint8_t)generate_random(&m->seed);
            break;
        case 1:
            insn->registers = (uint8_t)(below(m, 11) | below(m, 11) << 4);
            break;
        case 2:
            insn->offset = (int16_t)(below(m, 64) - 32);
            break;
        case 3:
            insn->imm = constant(m);
            break;
        case 4:
            *insn = s->insn[below(m, s->count)];
            break;
        default:
            insn->opcode ^= (uint8_t)(1 << below(m, 8));
        }
    }
}

void generate(struct subject *subject, uint64_t seed, enum generate_kind kind)
{
    struct maker m = {.subject = subject, .seed = seed};

    subject->count = 0;
    subject->type = 1 + below(&m, 3);
    if (below(&m, 3))
        subject->type = EXO_CODE_PACKET; /* the richest */
    subject->memory_bytes = below(&m, 2) ? 256 : below(&m, WINDOW_MAX) & ~7u;
    if (!code_types[subject->type].access[EXO_CODE_MEMORY])
        subject->memory_bytes = 0;
    subject->rodata_bytes = below(&m, 3) * 64;
    subject->input_bytes = below(&m, 3) ? 64 + below(&m, 128) : below(&m, WINDOW_MAX);
    subject->seed = generate_random(&m.seed);
    subject->code_seed = generate_random(&m.seed);
    m.limit = 24 + below(&m, below(&m, 8) ? 60 : PROGRAM_MAX - 32);
    if (kind == GENERATE_NOISE) {
        subject->count = 1 + below(&m, 16);
        for (uint32_t i = 0; i < subject->count; i++) {
            uint64_t x = generate_random(&m.seed);

            memcpy(&subject->insn[i], &x, 8);
            subject->insn[i].offset %= 8;
            if (below(&m, 2))
                subject->insn[i].imm %= 64;
            subject->insn[i].registers = (uint8_t)(below(&m, 11) | below(&m, 11) << 4);
        }
        if (below(&m, 2))
            subject->insn[subject->count - 1] = (struct code_insn){.opcode = CODE_JMP | CODE_EXIT};
        return;
    }
    for (uint32_t i = 0; i < 64; i++)
        m.spilled[i] = -1;
    set(&m, 1, POINTER, EXO_CODE_CONTEXT);
    emit(&m, CODE_ALU64 | CODE_MOV, 0, 0, 0, constant(&m));
    set(&m, 0, NUMBER, 0);
    for (uint32_t i = 0; i < 4; i++)
        load_context(&m);
    while (m.subject->count + 16 < m.limit)
        item(&m);
    if (m.holds[0] != NUMBER || below(&m, 4) == 0)
        emit(&m, CODE_ALU64 | CODE_MOV, 0, 0, 0, (int32_t)below(&m, 4));
    emit(&m, CODE_JMP | CODE_EXIT, 0, 0, 0, 0);
    if (kind == GENERATE_DAMAGED)
        damage(&m);
}
