/* SPDX-License-Identifier: MIT */
/*
 * step.c - where an instruction of a program leads.
 *
 * Source: Intel SDM 2, "Instruction Format"; rt_sigreturn(2) for the one system call that goes elsewhere.
 */
#include "libos/linux/observe/debug.h"
#include <asm/unistd.h>
#include "libos/linux/rewrite/instruction.h"
#include "libos/linux/task.h"

#define CODE_BYTES         15
#define FRAME_RIP          168 /* in struct ucontext */
#define REX_X              2u
#define REX_B              1u
#define GROUP_5_CALL       2
#define GROUP_5_JUMP       4
#define RM_SIB             4
#define RM_RIP             5

static uint64_t general(const struct regs *regs, uint32_t number)
{
    const uint64_t value[] = {regs->rax, regs->rcx, regs->rdx, regs->rbx, regs->rsp, regs->rbp,
                              regs->rsi, regs->rdi, regs->r8,  regs->r9,  regs->r10, regs->r11,
                              regs->r12, regs->r13, regs->r14, regs->r15};

    return value[number & 15];
}

static int64_t signed_at(const uint8_t *at, uint32_t bytes)
{
    int32_t word;

    if (bytes == 1)
        return (int8_t)*at;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The operand of an indirect call or jump: `at` is its ModRM byte, `next` the address behind the instruction. */
static bool operand(struct debug *debug, const struct task *task, const uint8_t *at, uint32_t rex,
                    uint64_t segment, uint64_t next, uint64_t *value)
{
    const struct regs *regs = task->regs;
    uint32_t mod = *at >> 6, rm = *at & 7, bytes = mod == 1 ? 1 : mod == 2 ? 4 : 0;
    uint64_t address = segment;

    at++;
    if (mod == 3) {
        *value = general(regs, rm | (rex & REX_B) << 3);
        return true;
    }
    if (rm == RM_SIB) {
        uint32_t base = *at & 7, index = (*at >> 3 & 7) | (rex & REX_X) << 2, scale = *at >> 6;

        at++;
        if (index != RM_SIB)
            address += general(regs, index) << scale;
        if (!mod && base == RM_RIP)
            bytes = 4;
        else
            address += general(regs, base | (rex & REX_B) << 3);
    } else if (!mod && rm == RM_RIP) {
        bytes = 4;
        address += next;
    } else {
        address += general(regs, rm | (rex & REX_B) << 3);
    }
    if (bytes)
        address += (uint64_t)signed_at(at, bytes);
    return !debug_peek(debug, value, address, sizeof *value);
}

static bool indirect(struct debug *debug, const struct task *task, const uint8_t *code,
                     uint64_t next, uint64_t *target)
{
    uint64_t segment = 0;
    uint32_t rex = 0;

    for (;; code++) {
        if (*code >= 0x40 && *code < 0x50)
            rex = *code;
        else if (*code == 0x64)
            segment = task->fs_base;
        else if (*code == 0xff)
            break; /* the decoder has found the opcode: there is one */
    }
    return operand(debug, task, code + 1, rex, segment, next, target);
}

static bool pops(struct debug *debug, const struct task *task, uint64_t offset, uint64_t *target)
{
    return !debug_peek(debug, target, task->regs->rsp + offset, sizeof *target);
}

/* Enough of the code to decode: the next page need not be there. */
static uint32_t code_read(struct debug *debug, uint64_t rip, uint8_t code[CODE_BYTES])
{
    uint32_t bytes = (uint32_t)min_of((uint64_t)CODE_BYTES, PAGE_SIZE - (rip & ~PAGE_MASK));

    if (debug_peek(debug, code, rip, bytes))
        return 0;
    if (bytes < CODE_BYTES && !debug_peek(debug, code + bytes, rip + bytes, CODE_BYTES - bytes))
        return CODE_BYTES;
    return bytes;
}

uint32_t step_targets(struct debug *debug, const struct task *task, uint64_t target[2])
{
    const struct regs *regs = task->regs;
    uint8_t code[CODE_BYTES];
    struct instruction in;
    uint32_t bytes = code_read(debug, regs->rip, code);

    if (!bytes || !instruction_decode(code, code + bytes, &in))
        return 0;
    uint64_t next = regs->rip + in.length;
    bool plain = !in.vector && !in.map, conditional = false;

    target[0] = next;
    if (plain && ((in.opcode >= 0x70 && in.opcode < 0x80) ||
                  (in.opcode >= 0xe0 && in.opcode < 0xe4))) {
        conditional = true;
        target[1] = next + (uint64_t)signed_at(code + in.length - 1, 1);
    } else if (!in.vector && in.map == 1 && in.opcode >= 0x80 && in.opcode < 0x90) {
        conditional = true;
        target[1] = next + (uint64_t)signed_at(code + in.length - 4, 4);
    } else if (plain && in.opcode == 0xeb) {
        target[0] = next + (uint64_t)signed_at(code + in.length - 1, 1);
    } else if (plain && (in.opcode == 0xe8 || in.opcode == 0xe9)) {
        target[0] = next + (uint64_t)signed_at(code + in.length - 4, 4);
    } else if (plain && (in.opcode == 0xc2 || in.opcode == 0xc3)) {
        return pops(debug, task, 0, &target[0]);
    } else if (plain && (in.opcode == 0xca || in.opcode == 0xcb || in.opcode == 0xcf)) {
        return 0; /* far: no program does that */
    } else if (plain && in.opcode == 0xff) {
        uint32_t group = in.modrm >> 3 & 7;

        if (group == GROUP_5_CALL || group == GROUP_5_JUMP)
            return indirect(debug, task, code, next, &target[0]);
    } else if (!in.vector && in.map == 1 && in.opcode == 0x05 &&
               regs->rax == __NR_rt_sigreturn) {
        return pops(debug, task, FRAME_RIP, &target[0]);
    }
    return conditional && target[1] != target[0] && target[1] != regs->rip ? 2 : 1;
}
