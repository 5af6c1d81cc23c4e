/* SPDX-License-Identifier: MIT */
/* insn.h - the fields of an eBPF instruction, as RFC 9669, "Instruction encoding" and "Instruction classes", has them. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_code.h"

struct code_insn {
    uint8_t opcode;
    uint8_t registers; /* destination in the low half, source in the high one */
    int16_t offset;
    int32_t imm;
};
_Static_assert(sizeof(struct code_insn) == 8, "instruction");

/* Classes, in the low 3 bits of the opcode. */
#define CODE_LD    0x00
#define CODE_LDX   0x01
#define CODE_ST    0x02
#define CODE_STX   0x03
#define CODE_ALU   0x04
#define CODE_JMP   0x05
#define CODE_JMP32 0x06
#define CODE_ALU64 0x07

/* Arithmetic and jumps: bit 3 set: the source is a register. */
#define CODE_X 0x08

#define CODE_ADD  0x00
#define CODE_SUB  0x10
#define CODE_MUL  0x20
#define CODE_DIV  0x30
#define CODE_OR   0x40
#define CODE_AND  0x50
#define CODE_LSH  0x60
#define CODE_RSH  0x70
#define CODE_NEG  0x80
#define CODE_MOD  0x90
#define CODE_XOR  0xa0
#define CODE_MOV  0xb0
#define CODE_ARSH 0xc0
#define CODE_END  0xd0

#define CODE_JA   0x00
#define CODE_JEQ  0x10
#define CODE_JGT  0x20
#define CODE_JGE  0x30
#define CODE_JSET 0x40
#define CODE_JNE  0x50
#define CODE_JSGT 0x60
#define CODE_JSGE 0x70
#define CODE_CALL 0x80
#define CODE_EXIT 0x90
#define CODE_JLT  0xa0
#define CODE_JLE  0xb0
#define CODE_JSLT 0xc0
#define CODE_JSLE 0xd0
/* Bits of those above that compare by order. */
#define CODE_OR_EQUAL 0x10
#define CODE_SIGNED   0x40
#define CODE_LESS     0x80

/* Loads and stores: size in bits 3-4, mode in bits 5-7. */
#define CODE_MEM    0x60
#define CODE_MEMSX  0x80
#define CODE_ATOMIC 0xc0
#define CODE_LDDW   0x18 /* the only instruction of class LD; two slots */

/* imm of an atomic operation. */
#define CODE_FETCH   0x01
#define CODE_XCHG    0xe1
#define CODE_CMPXCHG 0xf1

#define CODE_LDDW_REGION 6 /* source of LDDW: imm is CODE_LDDW_*, the second imm an offset */
#define CODE_LDDW_RODATA 0
#define CODE_LDDW_MEMORY 1

static inline uint8_t code_class(const struct code_insn *insn)
{
    return insn->opcode & 7;
}
static inline uint8_t code_operation(const struct code_insn *insn)
{
    return insn->opcode & 0xf0;
}
static inline uint8_t code_mode(const struct code_insn *insn)
{
    return insn->opcode & 0xe0;
}
static inline uint8_t code_dst(const struct code_insn *insn)
{
    return insn->registers & 15;
}
static inline uint8_t code_src(const struct code_insn *insn)
{
    return insn->registers >> 4;
}
/* Bytes of a load or store. */
static inline uint32_t code_size(const struct code_insn *insn)
{
    static const uint8_t sizes[4] = {4, 2, 1, 8};

    return sizes[insn->opcode >> 3 & 3];
}
static inline bool
code_is_jump(const struct code_insn *insn) /* may go elsewhere than to the next */
{
    uint8_t operation = code_operation(insn);

    return (code_class(insn) == CODE_JMP || code_class(insn) == CODE_JMP32) &&
           operation != CODE_CALL && operation != CODE_EXIT;
}
static inline uint8_t code_lddw_region(const struct code_insn *insn) /* source CODE_LDDW_REGION */
{
    return insn->imm == CODE_LDDW_RODATA ? EXO_CODE_RODATA : EXO_CODE_MEMORY;
}
static inline bool code_is_always(const struct code_insn *insn) /* JA, 16 or 32 bits */
{
    return code_is_jump(insn) && code_operation(insn) == CODE_JA;
}
static inline bool code_is_exit(const struct code_insn *insn)
{
    return insn->opcode == (CODE_JMP | CODE_EXIT);
}
/* Where a jump at pc goes; may be anywhere. */
static inline int64_t code_target(const struct code_insn *insn, uint32_t pc)
{
    bool wide = insn->opcode == (CODE_JMP32 | CODE_JA);

    return (int64_t)pc + 1 + (wide ? insn->imm : insn->offset);
}
