/* SPDX-License-Identifier: MIT */
/* instruction.h - how long an x86-64 instruction is, and whether it does the same at another place. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct instruction {
    uint8_t length; /* 1..15 */
    uint8_t opcode; /* last opcode byte */
    uint8_t map;    /* 0: one byte, 1: 0f, 2: 0f 38, 3: 0f 3a; VEX and EVEX: their own */
    uint8_t modrm;  /* valid if has_modrm */
    uint8_t rex;    /* 0: none */
    bool has_modrm;
    bool vector;  /* VEX, EVEX or XOP */
    bool segment; /* a segment override that matters: FS or GS */
    bool lock;
    bool narrow; /* an address-size prefix */
};

/*
 * instruction_decode - take one instruction of 64-bit mode apart.
 *
 * at, end  bytes; nothing at or past end is read
 *
 * Returns  false: invalid in 64-bit mode, or it does not end before `end`
 * Bound    15 bytes
 * Source   Intel SDM 2, "Instruction Format" and "Opcode Map"
 */
bool instruction_decode(const uint8_t *at, const uint8_t *end, struct instruction *out);

/*
 * instruction_movable - would a copy of it at any other address, followed by what followed it, do the same?
 *
 * True only for plain data movement and arithmetic: no branch, no address relative to rip, nothing that enters the
 * kernel or depends on where it stands.
 */
bool instruction_movable(const struct instruction *instruction);
