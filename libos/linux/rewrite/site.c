/* SPDX-License-Identifier: MIT */
/*
 * site.c - is there a safe place for a jump before this `syscall`?
 *
 * A site is the instructions from `start` up to the syscall. They are copied to a stub, and the seven bytes of
 * jmp *slot (ff 24 25 and four bytes of address) take the place of the first ones. Safe means:
 *   1. `start` is where an instruction begins. Only the syscall itself is known to be one, from the trap. A start is
 *      certain if there can be no real code with an instruction that begins before it and ends behind it. (Taken for
 *      granted: the few bytes before a syscall are its code or padding, not data; the tables that compilers write
 *      lie elsewhere.)
 *   2. The copied instructions do the same elsewhere (instruction_movable).
 *   3. A jump into the replaced bytes is noticed. An instruction of the site may begin at start + 5, where the third
 *      byte of the address stands, 06, which is invalid in 64-bit mode and trapped; or behind the seven bytes, which
 *      are as they were. Sites with instructions that begin elsewhere are refused.
 *   4. Everything lies in one page.
 * What is known about rax helps with 1: it held the number of a call, so an instruction right before the syscall
 * that accesses memory through rax would have faulted.
 */
#include "libos/linux/rewrite/site.h"
#include "libos/linux/rewrite/instruction.h"

#define LONGEST      15 /* bytes of an instruction */
#define NUMBER_LIMIT 0x1000
#define TRAP_BYTE    5 /* offset in the jump of a byte that is an invalid opcode */

/* Does code go elsewhere from here, always or perhaps? */
static bool branches(const struct instruction *i)
{
    uint8_t op = i->opcode;

    if (i->vector || i->map > 1)
        return false;
    if (i->map == 1)
        return op == 0x0b || (op >= 0x80 && op < 0x90); /* ud2, jcc */
    return (op >= 0x70 && op < 0x80) || op == 0xc2 || op == 0xc3 || op == 0xcc ||
           (op >= 0xe0 && op <= 0xe3) || op == 0xe8 || op == 0xe9 || op == 0xeb || op == 0xf4 ||
           (op == 0xff && (i->modrm & 0x38) >= 0x10);
}

/* Conditional branches go on to what follows. */
static bool falls_through(const struct instruction *i)
{
    return (i->map == 1 && i->opcode >= 0x80) ||
           (!i->map &&
            ((i->opcode >= 0x70 && i->opcode < 0x80) || (i->opcode >= 0xe0 && i->opcode <= 0xe3)));
}

/* Does it fault in every program, so that no code has it? */
static bool impossible(const struct instruction *i)
{
    uint8_t op = i->opcode;

    if (i->vector || i->map > 1)
        return false;
    if (i->map == 1)
        return op == 0xb9 || op == 0xff; /* ud1, ud0 */
    switch (op) {
    case 0xff:
        return (i->modrm & 0x38) == 0x38;
    case 0xfe:
        return i->modrm & 0x30;
    case 0xc6:
    case 0xc7:
        return (i->modrm & 0x38) && (i->modrm & 0x38) != 0x38;
    case 0xca: /* far returns: nobody goes anywhere with those in a program of 64 bits */
    case 0xcb:
    case 0xcf:
    case 0xfa: /* cli, sti */
    case 0xfb:
        return true;
    default: /* in and out */
        return (op >= 0x6c && op <= 0x6f) || (op >= 0xe4 && op <= 0xe7) ||
               (op >= 0xec && op <= 0xef);
    }
}

static int32_t word_at(const uint8_t *at)
{
    return (int32_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                     (uint32_t)at[3] << 24);
}

/* Plain arithmetic and moves that leave rax alone (and some more: what is not known for sure is false). */
static bool keeps_rax(const struct instruction *i)
{
    uint8_t op = i->opcode;
    bool memory = i->modrm < 0xc0;

    if (i->map || i->vector || !i->has_modrm)
        return false;
    if (op == 0x80 || op == 0x81 || op == 0x83 || (op >= 0xc0 && op <= 0xc1) ||
        (op >= 0xd0 && op <= 0xd3) || op == 0xc6 || op == 0xc7)
        return memory || i->modrm & 7;
    if (op < 0x40 || op == 0x63 || op == 0x69 || op == 0x6b || (op >= 0x86 && op <= 0x8b) ||
        op == 0x8d)
        return i->modrm & 0x38 && (memory || i->modrm & 7);
    if (op == 0xf6 || op == 0xf7) /* test, not, neg */
        return memory && !(i->modrm & 0x20);
    if (op >= 0xd8 && op <= 0xdf) /* floating point */
        return memory;
    return op == 0x84 || op == 0x85 || (op == 0x8c && memory);
}

/* Would it have faulted, given that rax holds the number of a call? Nothing is mapped around address 0. */
static bool faults_through_rax(const struct instruction *i, const uint8_t *operand)
{
    bool stores = i->opcode < 0x40 ? !(i->opcode & 2) : i->opcode == 0x88 || i->opcode == 0x89;

    if (!i->has_modrm || i->modrm >> 6 == 3 || (i->modrm & 7) || i->rex & 1 || i->segment ||
        i->narrow || (!stores && !keeps_rax(i)) || i->opcode == 0x8d || i->map || i->vector)
        return false;
    return i->modrm >> 6 != 2 || word_at(operand + 1) < NUMBER_LIMIT;
}

/* Are the bytes from o to `start` prefixes that mean nothing to the instruction there, nor to the jump? */
static bool only_prefixes(const uint8_t *page, uint32_t o, uint32_t start)
{
    for (; o < start; o++)
        if (page[o] != 0x26 && page[o] != 0x2e && page[o] != 0x36 && page[o] != 0x3e &&
            page[o] != 0xf2)
            return false;
    return true;
}

/*
 * Could there be real code that begins at o, before `start`, and has an instruction that lies across `start`? Real
 * code ends in a branch, or comes to the syscall, which is known to be an instruction. It has no instructions that
 * always fault, and none that lies across the syscall.
 */
static bool lies_across(const uint8_t *page, uint32_t o, uint32_t start, uint32_t at,
                        bool small_number)
{
    struct instruction i;
    bool faulted = false; /* at the last access through rax, which has not changed since */

    for (; o < at && o != start; o += i.length) {
        if (!instruction_decode(page + o, page + at, &i) || impossible(&i) ||
            (o < start && o + i.length > start && only_prefixes(page, o, start)))
            return false;
        if (o + i.length > start && branches(&i) && (o < start || !falls_through(&i)))
            return true;
        uint32_t prefixes = 0;

        while (page[o + prefixes] != i.opcode)
            prefixes++;
        if (faults_through_rax(&i, page + o + prefixes + 1))
            faulted = true;
        else if (!keeps_rax(&i))
            faulted = false;
    }
    return o == at && !(small_number && faulted);
}

static bool certain(const uint8_t *page, uint32_t start, uint32_t at, uint64_t number)
{
    for (uint32_t o = start - (LONGEST - 1); o < start; o++)
        if (lies_across(page, o, start, at, number < NUMBER_LIMIT))
            return false;
    return true;
}

/* Instructions from start to the syscall that all may be moved and begin where they may. */
static bool movable(const uint8_t *page, uint32_t start, uint32_t at)
{
    struct instruction i;
    uint32_t o = start;

    while (o < at) {
        uint32_t offset = o - start;

        if (offset && offset != TRAP_BYTE && offset < SITE_JUMP)
            return false;
        if (!instruction_decode(page + o, page + at, &i) || !instruction_movable(&i))
            return false;
        o += i.length;
    }
    return at - start == TRAP_BYTE || at - start >= SITE_JUMP;
}

/* Is it one instruction that loads this number into rax? */
static bool loads_number(const uint8_t *code, uint32_t length, uint64_t number)
{
    if (length == 5)
        return code[0] == 0xb8 && number == (uint32_t)word_at(code + 1);
    return length == 7 && code[0] == 0x48 && code[1] == 0xc7 && code[2] == 0xc0 &&
           number == (uint64_t)(int64_t)word_at(code + 3);
}

bool site_find(const uint8_t page[SITE_PAGE], uint32_t at, uint64_t number, struct site *out)
{
    if (at + 2 > SITE_PAGE || page[at] != 0x0f || page[at + 1] != 0x05)
        return false;
    for (uint32_t length = TRAP_BYTE; length <= SITE_LENGTH && at >= length + LONGEST; length++) {
        uint32_t start = at - length;

        if (!movable(page, start, at) || !certain(page, start, at, number))
            continue;
        *out = (struct site){.at = (uint16_t)at,
                             .start = (uint16_t)start,
                             .length = (uint8_t)length,
                             .constant = loads_number(page + start, length, number)};
        return true;
    }
    return false;
}

void site_patch(uint8_t page[SITE_PAGE], const struct site *site, uint32_t slot)
{
    uint8_t *to = page + site->start;

    to[0] = 0xff;
    to[1] = 0x24;
    to[2] = 0x25;
    for (uint32_t i = 0; i < 4; i++)
        to[3 + i] = (uint8_t)(slot >> (8 * i));
}
