/* SPDX-License-Identifier: MIT */
/*
 * gdb_registers.c - a task's registers by gdb's numbers.
 *
 * Source: gdb's features/i386/64bit-core.xml and 64bit-sse.xml; Intel SDM 1, "FXSAVE Area" (64-bit layout).
 */
#include "libos/linux/observe/gdb_registers.h"
#include "libos/linux/task.h"

#define RIP        16
#define FLAGS      17
#define SEGMENTS   18
#define FLOATS     24
#define CONTROLS   32
#define VECTORS    40
#define FLOAT_BYTES 10
#define FLAGS_SETTABLE 0xcd5u /* arithmetic, and direction */

#define AREA_CONTROL 0 /* in the FXSAVE area */
#define AREA_STATUS  2
#define AREA_TAGS    4
#define AREA_OPCODE  6
#define AREA_IP      8
#define AREA_DATA    16
#define AREA_MXCSR   24
#define AREA_FLOATS  32
#define AREA_VECTORS 160

static uint64_t *general(struct regs *regs, uint32_t number)
{
    uint64_t *const at[] = {&regs->rax, &regs->rbx, &regs->rcx, &regs->rdx, &regs->rsi, &regs->rdi,
                            &regs->rbp, &regs->rsp, &regs->r8,  &regs->r9,  &regs->r10, &regs->r11,
                            &regs->r12, &regs->r13, &regs->r14, &regs->r15, &regs->rip};

    return at[number];
}

/* The tag word in its old form: two bits a register, by number, not by place on the stack. */
static uint32_t tags_full(const uint8_t *area)
{
    uint32_t top = (uint32_t)area[AREA_STATUS + 1] >> 3 & 7, tags = 0;

    for (uint32_t i = 0; i < 8; i++) {
        const uint8_t *value = area + AREA_FLOATS + (uint64_t)((i - top) & 7) * 16;
        uint32_t exponent = (uint32_t)(value[8] | (value[9] & 0x7f) << 8);
        uint64_t mantissa;
        uint32_t tag;

        memcpy(&mantissa, value, sizeof mantissa);
        if (!(area[AREA_TAGS] >> i & 1))
            tag = 3; /* empty */
        else if (!exponent && !mantissa)
            tag = 1; /* zero */
        else
            tag = exponent == 0x7fff || !exponent || !(mantissa >> 63) ? 2 : 0; /* special, or a number */
        tags |= tag << (2 * i);
    }
    return tags;
}

static uint32_t control(const uint8_t *area, uint32_t number)
{
    static const uint8_t at[8] = {AREA_CONTROL, AREA_STATUS,  0, AREA_IP + 4, AREA_IP,
                                  AREA_DATA + 4, AREA_DATA, AREA_OPCODE};
    uint32_t value = 0;

    if (number == 2)
        return tags_full(area);
    memcpy(&value, area + at[number], number == 4 || number == 6 ? 4 : 2);
    return value;
}

uint32_t gdb_register_get(const struct task *task, uint32_t number, uint8_t value[GDB_REGISTER_BYTES])
{
    const uint8_t *area = task->fpu;
    struct regs *regs = task->regs;
    uint32_t word = 0;

    if (number <= RIP) {
        memcpy(value, general(regs, number), 8);
        return 8;
    }
    if (number >= FLOATS && number < CONTROLS) {
        memcpy(value, area + AREA_FLOATS + (uint64_t)(number - FLOATS) * 16, FLOAT_BYTES);
        return FLOAT_BYTES;
    }
    if (number >= VECTORS && number < GDB_REGISTERS - 1) {
        memcpy(value, area + AREA_VECTORS + (uint64_t)(number - VECTORS) * 16, 16);
        return 16;
    }
    if (number == FLAGS)
        word = (uint32_t)regs->rflags;
    else if (number == SEGMENTS)
        word = (uint32_t)regs->cs;
    else if (number == SEGMENTS + 1)
        word = (uint32_t)regs->ss;
    else if (number >= CONTROLS && number < VECTORS)
        word = control(area, number - CONTROLS);
    else if (number == GDB_REGISTERS - 1)
        memcpy(&word, area + AREA_MXCSR, sizeof word);
    memcpy(value, &word, sizeof word); /* ds, es, fs, gs: 0 in 64-bit programs */
    return sizeof word;
}

int gdb_register_set(struct task *task, uint32_t number, const uint8_t value[GDB_REGISTER_BYTES])
{
    uint64_t word = 0;

    memcpy(&word, value, number == FLAGS ? 4 : 8);
    if (number < RIP || (number == RIP && word < USER_END))
        *general(task->regs, number) = word;
    else if (number == FLAGS)
        task->regs->rflags = (task->regs->rflags & ~(uint64_t)FLAGS_SETTABLE) | (word & FLAGS_SETTABLE);
    else
        return -EINVAL;
    return 0;
}
