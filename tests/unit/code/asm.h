/* SPDX-License-Identifier: MIT */
/* asm.h - instructions for hand-written test programs. */
#pragma once
#include "code/insn.h"

#define INSN(op, d, s, off, i)                                                                     \
    ((struct code_insn){.opcode = (uint8_t)(op),                                                   \
                        .registers = (uint8_t)((d) | (s) << 4),                                    \
                        .offset = (int16_t)(off),                                                  \
                        .imm = (int32_t)(i)})
#define DW   0x18
#define W    0x00
#define H    0x08
#define BYTE 0x10

#define MOV(d, i)                 INSN(CODE_ALU64 | CODE_MOV, d, 0, 0, i)
#define MOV_R(d, s)               INSN(CODE_ALU64 | CODE_MOV | CODE_X, d, s, 0, 0)
#define ALU(op, d, i)             INSN(CODE_ALU64 | (op), d, 0, 0, i)
#define ALU_R(op, d, s)           INSN(CODE_ALU64 | (op) | CODE_X, d, s, 0, 0)
#define ALU32(op, d, i)           INSN(CODE_ALU | (op), d, 0, 0, i)
#define ALU32_R(op, d, s)         INSN(CODE_ALU | (op) | CODE_X, d, s, 0, 0)
#define LOAD(size, d, s, o)       INSN(CODE_LDX | CODE_MEM | (size), d, s, o, 0)
#define LOADSX(size, d, s, o)     INSN(CODE_LDX | CODE_MEMSX | (size), d, s, o, 0)
#define STORE(size, d, o, s)      INSN(CODE_STX | CODE_MEM | (size), d, s, o, 0)
#define STORE_I(size, d, o, i)    INSN(CODE_ST | CODE_MEM | (size), d, 0, o, i)
#define ATOMIC(size, op, d, o, s) INSN(CODE_STX | CODE_ATOMIC | (size), d, s, o, op)
#define JUMP(op, d, i, o)         INSN(CODE_JMP | (op), d, 0, o, i)
#define JUMP_R(op, d, s, o)       INSN(CODE_JMP | (op) | CODE_X, d, s, o, 0)
#define JUMP32(op, d, i, o)       INSN(CODE_JMP32 | (op), d, 0, o, i)
#define JUMP32_R(op, d, s, o)     INSN(CODE_JMP32 | (op) | CODE_X, d, s, o, 0)
#define GOTO(o)                   INSN(CODE_JMP | CODE_JA, 0, 0, o, 0)
#define CALL(helper)              INSN(CODE_JMP | CODE_CALL, 0, 0, 0, helper)
#define EXIT()                    INSN(CODE_JMP | CODE_EXIT, 0, 0, 0, 0)
#define LDDW(d, i)                INSN(CODE_LDDW, d, 0, 0, (uint64_t)(i)), INSN(0, 0, 0, 0, (uint64_t)(i) >> 32)
#define LDDW_REGION(d, region, o)                                                                  \
    INSN(CODE_LDDW, d, CODE_LDDW_REGION, 0, region), INSN(0, 0, 0, 0, o)
