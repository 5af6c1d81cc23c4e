/* SPDX-License-Identifier: MIT */
/*
 * instruction.c - a length decoder for x86-64 code.
 *
 * Written down as classes of opcodes, one character each: what follows the opcode. Opcodes that mean nothing in 64-bit
 * mode are `x`. Instructions whose length differs between vendors (66 e8, 66 0f 8x) are invalid here: nobody emits them.
 */
#include "libos/linux/rewrite/instruction.h"

/* . nothing   m ModRM   b imm8   z imm16/32   v imm16/32/64   w imm16   e imm16+imm8   o moffs
 * M ModRM+imm8   Z ModRM+imm16/32   3 group 3, byte   4 group 3, word   r rel8   R rel32   p prefix or escape   x invalid */
static const char one_byte[] = "mmmmbzxxmmmmbzxp" /* 00 */
                               "mmmmbzxxmmmmbzxx"
                               "mmmmbzpxmmmmbzpx"
                               "mmmmbzpxmmmmbzpx"
                               "pppppppppppppppp" /* 40 */
                               "................"
                               "xxxmppppzZbM...."
                               "rrrrrrrrrrrrrrrr"
                               "MZxMmmmmmmmmmmmm" /* 80 */
                               "..........x....."
                               "oooo....bz......"
                               "bbbbbbbbvvvvvvvv"
                               "MMw.ppMZe.w..bx." /* c0 */
                               "mmmmxxx.mmmmmmmm"
                               "rrrrbbbbRRxr...."
                               "p.pp..34......mm";

static const char two_byte[] = "mmmmx.....x.xm.M" /* 00 */
                               "mmmmmmmmmmmmmmmm"
                               "mmmmxxxxmmmmmmmm"
                               "......x.pxpxxxxx"
                               "mmmmmmmmmmmmmmmm" /* 40 */
                               "mmmmmmmmmmmmmmmm"
                               "mmmmmmmmmmmmmmmm"
                               "MMMMmmm.xxmmmmmm"
                               "RRRRRRRRRRRRRRRR" /* 80 */
                               "mmmmmmmmmmmmmmmm"
                               "...mMmxx...mMmmm"
                               "mmmmmmmmmmMmmmmm"
                               "mmMmMMMm........" /* c0 */
                               "mmmmmmmmmmmmmmmm"
                               "mmmmmmmmmmmmmmmm"
                               "mmmmmmmmmmmmmmmm";

/* Bytes of ModRM, SIB and displacement at `at`; 0: they do not end before `end`. */
static uint32_t operand_bytes(const uint8_t *at, const uint8_t *end)
{
    uint32_t mod, rm, bytes = 1;

    if (at >= end)
        return 0;
    mod = at[0] >> 6;
    rm = at[0] & 7;
    if (mod == 3)
        return 1;
    if (rm == 4) {
        if (at + 1 >= end)
            return 0;
        bytes++;
        if (!mod && (at[1] & 7) == 5)
            bytes += 4;
    } else if (!mod && rm == 5) {
        bytes += 4;
    }
    return bytes + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

static bool finish(struct instruction *out, const uint8_t *start, const uint8_t *at, uint32_t more,
                   const uint8_t *end)
{
    if (end - at < (int64_t)more || at + more - start > 15)
        return false;
    out->length = (uint8_t)(at + more - start);
    return true;
}

/* VEX (c4, c5), EVEX (62): every one has ModRM; whether an immediate follows depends on map and opcode. */
static bool vector_decode(const uint8_t *start, const uint8_t *at, const uint8_t *end,
                          struct instruction *out)
{
    uint32_t prefix = at[0] == 0xc5 ? 2 : at[0] == 0xc4 ? 3 : 4;

    if (end - at < (int64_t)prefix + 1)
        return false;
    out->map = at[0] == 0xc5 ? 1 : at[1] & (at[0] == 0xc4 ? 31 : 7);
    at += prefix;
    out->vector = true;
    out->opcode = *at++;
    if (out->map == 1 && out->opcode == 0x77 && prefix < 4) /* vzeroupper */
        return finish(out, start, at, 0, end);
    uint32_t operand = operand_bytes(at, end);

    if (!operand || !out->map || out->map > 3 + 3 * (prefix == 4))
        return false;
    out->has_modrm = true;
    out->modrm = *at;
    bool immediate = out->map == 3 || (out->map == 1 && two_byte[out->opcode] == 'M');

    return finish(out, start, at, operand + immediate, end);
}

bool instruction_decode(const uint8_t *start, const uint8_t *end, struct instruction *out)
{
    const uint8_t *at = start;
    bool word = false;
    char class;

    *out = (struct instruction){0};
    for (;; at++) { /* prefixes; a REX counts only right before the opcode */
        if (at >= end || at - start > 14)
            return false;
        if (*at >= 0x40 && *at < 0x50) {
            out->rex = *at;
            continue;
        }
        if (*at == 0x66)
            word = true;
        else if (*at == 0x64 || *at == 0x65)
            out->segment = true;
        else if (*at == 0xf0)
            out->lock = true;
        else if (*at == 0x67)
            out->narrow = true;
        else if (*at != 0xf2 && *at != 0xf3 && *at != 0x2e && *at != 0x36 && *at != 0x3e &&
                 *at != 0x26)
            break;
        out->rex = 0;
    }
    if (*at == 0xc4 || *at == 0xc5 || *at == 0x62)
        return !out->rex && vector_decode(start, at, end, out);
    out->opcode = *at++;
    class = one_byte[out->opcode];
    if (out->opcode == 0x0f) {
        if (at >= end)
            return false;
        out->map = 1;
        out->opcode = *at++;
        class = two_byte[out->opcode];
        if (class == 'p') {
            if (at >= end)
                return false;
            out->map = out->opcode == 0x38 ? 2 : 3;
            class = out->map == 2 ? 'm' : 'M';
            out->opcode = *at++;
        }
    }
    uint32_t operand = 0;
    uint32_t full = word && !(out->rex & 8) ? 2 : 4; /* an operand-sized immediate */

    switch (class) {
    case 'm':
    case 'M':
    case 'Z':
    case '3':
    case '4':
        operand = operand_bytes(at, end);
        if (!operand)
            return false;
        out->has_modrm = true;
        out->modrm = *at;
        break;
    default:
        break;
    }
    switch (class) {
    case '.':
    case 'm':
        return finish(out, start, at, operand, end);
    case 'b':
    case 'r':
        return finish(out, start, at, 1, end);
    case 'w':
        return finish(out, start, at, 2, end);
    case 'e':
        return finish(out, start, at, 3, end);
    case 'z':
        return finish(out, start, at, full, end);
    case 'v':
        return finish(out, start, at, out->rex & 8 ? 8 : full, end);
    case 'R':
        return !word && finish(out, start, at, 4, end);
    case 'o':
        return finish(out, start, at, out->narrow ? 4 : 8, end);
    case 'M':
        return finish(out, start, at, operand + 1, end);
    case 'Z':
        return finish(out, start, at, operand + full, end);
    case '3':
    case '4': /* only TEST, the first two of the group, has an immediate */
        if (out->modrm & 0x30)
            return finish(out, start, at, operand, end);
        return finish(out, start, at, operand + (class == '3' ? 1 : full), end);
    default:
        return false;
    }
}

bool instruction_movable(const struct instruction *i)
{
    uint8_t op = i->opcode;

    if (i->vector || i->lock || i->narrow || i->map > 1)
        return false;
    if (i->has_modrm && (i->modrm & 0xc7) == 5) /* relative to rip */
        return false;
    if (i->map == 1)
        return (op >= 0x10 && op <= 0x17) || op == 0x1e || op == 0x1f || op == 0x28 || op == 0x29 ||
               (op >= 0x40 && op <= 0x4f) || op == 0x57 || op == 0x6e || op == 0x6f || op == 0x7e ||
               op == 0x7f || (op >= 0x90 && op <= 0x9f) || op == 0xaf || op == 0xb6 || op == 0xb7 ||
               op == 0xbe || op == 0xbf || op == 0xd6 || op == 0xef;
    if (op < 0x40)
        return true; /* arithmetic; the prefixes among them are never an opcode */
    if (op >= 0xb0 && op < 0xc0)
        return true; /* mov with an immediate */
    switch (op) {
    case 0x63: /* movslq */
    case 0x69:
    case 0x6b: /* imul */
    case 0x80:
    case 0x81:
    case 0x83: /* arithmetic with an immediate */
    case 0x84:
    case 0x85: /* test */
    case 0x88:
    case 0x89:
    case 0x8a:
    case 0x8b: /* mov */
    case 0x8d: /* lea */
    case 0x90: /* nop */
    case 0x98:
    case 0x99: /* cltq, cqto */
    case 0xa8:
    case 0xa9: /* test */
    case 0xc0:
    case 0xc1:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3: /* shifts */
    case 0xf6:
    case 0xf7: /* test, not, neg, mul, div */
        return true;
    case 0xc6:
    case 0xc7: /* mov; the others of the group are transactions */
        return !(i->modrm & 0x38);
    case 0xfe:
    case 0xff: /* inc, dec; the others of the group are branches */
        return !(i->modrm & 0x30);
    default:
        return op >= 0x50 && op < 0x60; /* push, pop */
    }
}
