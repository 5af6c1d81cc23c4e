/* SPDX-License-Identifier: MIT */
/*
 * code_link.c - relocations, and functions expanded where they are called.
 *
 * A called function's body takes the place of the call. Its frame lies below the caller's; r6-r9, which a function must keep,
 * are stored there around it. An exit in the body becomes a jump behind it.
 */
#include "lib/exo/code_object.h"
#include "base/string.h"
#include <stddef.h>

#define RELOCATION_64 1  /* LDDW against data */
#define RELOCATION_32 10 /* a call */

#define OP_LDDW 0x18
#define OP_CALL 0x85
#define OP_EXIT 0x95
#define OP_JA   0x05
#define SAVED   4 /* r6-r9 */

struct insn {
    uint8_t opcode, registers;
    int16_t offset;
    int32_t imm;
};

struct relocation {
    uint64_t offset, information;
};

/* A function: instructions [first, first + count) of a section. */
struct function {
    uint32_t section, first, count;
};

struct linker {
    const struct exo_code_object *object;
    struct exo_code_linked *out;
    const char *wrong;
    uint32_t where;
};

static struct insn insn_at(const struct linker *l, uint32_t section, uint32_t index)
{
    struct insn insn;

    memcpy(&insn, l->object->section[section].bytes + index * 8ull, 8);
    return insn;
}

static void *fail(struct linker *l, uint32_t section, uint32_t index, const char *wrong)
{
    if (!l->wrong) {
        l->wrong = wrong;
        l->where = section << 24 | index;
    }
    return NULL;
}

/* The relocation of an instruction, if it has one. */
static bool relocation_of(const struct linker *l, uint32_t section, uint32_t index, uint32_t *type,
                          struct exo_code_symbol *symbol)
{
    uint32_t list = l->object->section[section].relocations;
    struct relocation r;

    for (uint64_t at = 0;
         list && l->object->section[list].bytes && at + sizeof r <= l->object->section[list].size;
         at += sizeof r) {
        memcpy(&r, l->object->section[list].bytes + at, sizeof r);
        if (r.offset != index * 8ull)
            continue;
        *type = (uint32_t)r.information;
        if (!exo_code_object_symbol(l->object, (uint32_t)(r.information >> 32), symbol))
            *symbol = (struct exo_code_symbol){.name = symbol->name};
        return true;
    }
    return false;
}

/* The function that begins at an instruction, by its symbol. */
static bool function_at(struct linker *l, uint32_t section, int64_t index, struct function *out)
{
    struct exo_code_symbol symbol;

    for (uint32_t i = 0; i < l->object->symbol_count; i++) {
        if (!exo_code_object_symbol(l->object, i, &symbol) || !symbol.function ||
            symbol.section != section || symbol.value % 8 || symbol.value / 8 != (uint64_t)index ||
            symbol.bytes % 8)
            continue;
        uint64_t size = l->object->section[section].size;

        if (!l->object->section[section].code || symbol.value > size ||
            symbol.bytes > size - symbol.value || !symbol.bytes)
            return false;
        *out = (struct function){
            .section = section, .first = (uint32_t)index, .count = (uint32_t)(symbol.bytes / 8)};
        return true;
    }
    return false;
}

/* Does this instruction call a function of the object? */
static bool calls(struct linker *l, const struct function *f, uint32_t i, struct function *callee)
{
    struct insn insn = insn_at(l, f->section, f->first + i);
    struct exo_code_symbol symbol = {0};
    uint32_t type = 0, section = f->section;
    int64_t target = (int64_t)f->first + i + 1 + insn.imm;

    if (insn.opcode != OP_CALL || insn.registers >> 4 != 1)
        return false;
    if (relocation_of(l, f->section, f->first + i, &type, &symbol)) {
        if (type != RELOCATION_32 || !symbol.section) {
            (void)fail(l, f->section, f->first + i, "calls a function that is not in the object");
            return false;
        }
        section = symbol.section;
        target = symbol.function ? (int64_t)(symbol.value / 8)
                                 : (int64_t)(symbol.value / 8) + insn.imm + 1;
    }
    if (function_at(l, section, target, callee))
        return true;
    (void)fail(l, f->section, f->first + i, "calls something that is no function");
    return false;
}

static bool copies_frame(struct insn insn) /* rX = r10 */
{
    return insn.opcode == 0xbf && insn.registers >> 4 == 10;
}

/* Stack bytes that a function may use below its r10: by offsets, and by constants that are added to pointers. */
static uint32_t frame_bytes(const struct linker *l, const struct function *f)
{
    int32_t lowest = 0;
    bool copied = false;

    for (uint32_t i = 0; i < f->count; i++)
        copied |= copies_frame(insn_at(l, f->section, f->first + i));
    for (uint32_t i = 0; i < f->count; i++) {
        struct insn insn = insn_at(l, f->section, f->first + i);
        uint8_t class = insn.opcode & 7;
        bool direct = (class == 1 && insn.registers >> 4 == 10) ||
                      ((class == 2 || class == 3) && (insn.registers & 15) == 10);

        if (direct && insn.offset < lowest)
            lowest = insn.offset;
        if (copied && insn.opcode == 0x07 && insn.imm < lowest && insn.imm >= -EXO_CODE_STACK)
            lowest = insn.imm;
    }
    return (uint32_t)(-lowest + 7) & ~7u;
}

/* Instructions that one becomes; 0: an error, or too many. */
static uint32_t expanded(struct linker *l, const struct function *f, uint32_t frame,
                         uint32_t depth);

static uint32_t expanded_one(struct linker *l, const struct function *f, uint32_t i, uint32_t frame,
                             uint32_t depth)
{
    struct insn insn = insn_at(l, f->section, f->first + i);
    struct function callee;

    if (calls(l, f, i, &callee)) {
        if (depth + 1 >= EXO_CODE_CALL_DEPTH) {
            (void)fail(l, f->section, f->first + i, "calls are nested too deeply, or recursive");
            return 0;
        }
        uint32_t body = expanded(l, &callee, 8, depth + 1);

        return body ? body + 2 * SAVED : 0;
    }
    if (l->wrong)
        return 0;
    return frame && copies_frame(insn) ? 2 : 1;
}

static uint32_t expanded(struct linker *l, const struct function *f, uint32_t frame, uint32_t depth)
{
    uint32_t total = 0;

    for (uint32_t i = 0; i < f->count; i++) {
        uint32_t one = expanded_one(l, f, i, frame, depth);

        total += one;
        if (!one || total > EXO_CODE_INSNS_MAX) {
            (void)fail(l, f->section, f->first + i, "it is longer than a program may be");
            return 0;
        }
    }
    return total;
}

static void emit(struct linker *l, uint32_t origin, struct insn insn)
{
    if (l->out->count == EXO_CODE_INSNS_MAX) {
        (void)fail(l, origin >> 24, origin & 0xffffff, "it is longer than a program may be");
        return;
    }
    memcpy(&l->out->insns[l->out->count], &insn, 8);
    l->out->origin[l->out->count++] = origin;
}

/* LDDW: a constant, or a place in constants or variables. */
static void emit_constant(struct linker *l, const struct function *f, uint32_t i)
{
    uint32_t origin = f->section << 24 | (f->first + i), type = 0;
    struct insn first = insn_at(l, f->section, f->first + i), second;
    struct exo_code_symbol symbol = {0};

    if (i + 1 == f->count) {
        (void)fail(l, f->section, f->first + i, "an instruction is cut off");
        return;
    }
    second = insn_at(l, f->section, f->first + i + 1);
    if (relocation_of(l, f->section, f->first + i, &type, &symbol)) {
        const struct exo_code_section *data = &l->object->section[symbol.section];

        if (type != RELOCATION_64 || !symbol.section || !data->region) {
            (void)fail(
                l, f->section, f->first + i,
                "refers to something that is neither a constant nor a variable of the object");
            return;
        }
        second.imm = (int32_t)(data->offset + symbol.value + (uint32_t)first.imm);
        first.imm = data->region == EXO_CODE_MEMORY;
        first.registers = (uint8_t)((first.registers & 15) | 6 << 4);
    }
    emit(l, origin, first);
    emit(l, origin, second);
}

static void link_function(struct linker *l, const struct function *f, uint32_t frame,
                          uint32_t depth);

static void link_call(struct linker *l, const struct function *f, const struct function *callee,
                      uint32_t origin, uint32_t frame, uint32_t depth)
{
    uint32_t below = frame + frame_bytes(l, f);

    for (uint32_t r = 0; r < SAVED; r++) /* *(r10 - below - 8 * (r + 1)) = r6 + r */
        emit(l, origin,
             (struct insn){.opcode = 0x7b,
                           .registers = (uint8_t)(10 | (6 + r) << 4),
                           .offset = (int16_t) - (int32_t)(below + 8 * (r + 1))});
    link_function(l, callee, below + 8 * SAVED, depth + 1);
    for (uint32_t r = 0; r < SAVED; r++)
        emit(l, origin,
             (struct insn){.opcode = 0x79,
                           .registers = (uint8_t)((6 + r) | 10 << 4),
                           .offset = (int16_t) - (int32_t)(below + 8 * (r + 1))});
}

/* A jump within the function, or its exit when it was called. */
static void link_jump(struct linker *l, const struct function *f, uint32_t i, struct insn insn,
                      uint32_t depth, uint32_t end)
{
    uint32_t origin = f->section << 24 | (f->first + i);
    int64_t target = (int64_t)i + 1 + (insn.opcode == 0x06 ? insn.imm : insn.offset);
    int64_t to = end;

    if (insn.opcode == OP_EXIT)
        insn = (struct insn){.opcode = OP_JA};
    else if (target < 0 || target >= f->count)
        (void)fail(l, f->section, f->first + i, "jumps out of its function");
    else
        to = l->out->place[depth][target];
    to -= l->out->count + 1;
    if (insn.opcode == 0x06)
        insn.imm = (int32_t)to;
    else if (to != (int16_t)to)
        (void)fail(l, f->section, f->first + i, "jumps too far after functions were expanded");
    else
        insn.offset = (int16_t)to;
    emit(l, origin, insn);
}

static bool touches_frame(struct insn insn, uint32_t *reg)
{
    uint8_t class = insn.opcode & 7;

    *reg = class == 1 ? insn.registers >> 4 : insn.registers & 15;
    return (class == 1 || class == 2 || class == 3) && *reg == 10;
}

static void link_insn(struct linker *l, const struct function *f, uint32_t i, uint32_t frame,
                      uint32_t depth, uint32_t end)
{
    struct insn insn = insn_at(l, f->section, f->first + i);
    uint32_t origin = f->section << 24 | (f->first + i), reg;
    struct function callee;
    uint8_t class = insn.opcode & 7;

    if (calls(l, f, i, &callee)) {
        link_call(l, f, &callee, origin, frame, depth);
    } else if ((class == 5 || class == 6) && insn.opcode != OP_CALL &&
               (insn.opcode != OP_EXIT || depth)) {
        link_jump(l, f, i, insn, depth, end);
    } else {
        if (touches_frame(insn, &reg))
            insn.offset = (int16_t)(insn.offset - (int32_t)frame);
        emit(l, origin, insn);
        if (frame && copies_frame(insn))
            emit(l, origin,
                 (struct insn){
                     .opcode = 0x07, .registers = insn.registers & 15, .imm = -(int32_t)frame});
    }
}

/* A function with its r10 `frame` bytes below the program's. */
static void link_function(struct linker *l, const struct function *f, uint32_t frame,
                          uint32_t depth)
{
    uint32_t end = l->out->count;

    for (uint32_t i = 0; i < f->count && !l->wrong; i++) {
        struct insn insn = insn_at(l, f->section, f->first + i);
        bool wide = insn.opcode == OP_LDDW;

        l->out->place[depth][i] = (uint16_t)end;
        if (wide && i + 1 < f->count)
            l->out->place[depth][++i] =
                UINT16_MAX; /* no jump goes there: the verifier sees to that */
        end += wide ? 2 : expanded_one(l, f, i, frame, depth);
    }
    for (uint32_t i = 0; i < f->count && !l->wrong; i++) {
        if (insn_at(l, f->section, f->first + i).opcode == OP_LDDW)
            emit_constant(l, f, i++);
        else
            link_insn(l, f, i, frame, depth, end);
    }
}

static bool has_calls(struct linker *l, const struct function *f)
{
    struct function callee;

    for (uint32_t i = 0; i < f->count; i++)
        if (calls(l, f, i, &callee))
            return true;
    return false;
}

const char *exo_code_object_link(const struct exo_code_object *object,
                                 const struct exo_code_entry *entry, struct exo_code_linked *linked,
                                 uint32_t *where)
{
    struct linker l = {.object = object, .out = linked};
    struct exo_code_symbol symbol;
    struct function main;

    linked->count = 0;
    *where = 0;
    if (!exo_code_object_symbol(object, entry->symbol, &symbol) ||
        !function_at(&l, symbol.section, (int64_t)(symbol.value / 8), &main))
        return "its program is no function with a size";
    /* What is saved around calls must have been written. */
    for (uint8_t r = 6; r < 6 + SAVED && has_calls(&l, &main); r++)
        emit(&l, main.section << 24 | main.first, (struct insn){.opcode = 0xb7, .registers = r});
    link_function(&l, &main, 0, 0);
    *where = l.where;
    memset(linked->rodata, 0, object->rodata_bytes);
    linked->rodata_bytes = object->rodata_bytes;
    for (uint32_t i = 1; i < object->section_count; i++) {
        const struct exo_code_section *s = &object->section[i];

        if (s->region == EXO_CODE_RODATA && s->bytes)
            memcpy(linked->rodata + s->offset, s->bytes, s->size);
    }
    return l.wrong;
}
