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
#define MXCSR      56
#define ORIG_RAX   57
#define FS_BASE    58
#define GS_BASE    59
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

/* By number. */
static const struct {
    const char *name, *type;
    uint32_t bits;
} rows[] = {
    {"rax", "int64", 64},         {"rbx", "int64", 64},
    {"rcx", "int64", 64},         {"rdx", "int64", 64},
    {"rsi", "int64", 64},         {"rdi", "int64", 64},
    {"rbp", "data_ptr", 64},      {"rsp", "data_ptr", 64},
    {"r8", "int64", 64},          {"r9", "int64", 64},
    {"r10", "int64", 64},         {"r11", "int64", 64},
    {"r12", "int64", 64},         {"r13", "int64", 64},
    {"r14", "int64", 64},         {"r15", "int64", 64},
    {"rip", "code_ptr", 64},      {"eflags", "int32", 32},
    {"cs", "int32", 32},          {"ss", "int32", 32},
    {"ds", "int32", 32},          {"es", "int32", 32},
    {"fs", "int32", 32},          {"gs", "int32", 32},
    {"st0", "i387_ext", 80},      {"st1", "i387_ext", 80},
    {"st2", "i387_ext", 80},      {"st3", "i387_ext", 80},
    {"st4", "i387_ext", 80},      {"st5", "i387_ext", 80},
    {"st6", "i387_ext", 80},      {"st7", "i387_ext", 80},
    {"fctrl", "int", 32},         {"fstat", "int", 32},
    {"ftag", "int", 32},          {"fiseg", "int", 32},
    {"fioff", "int", 32},         {"foseg", "int", 32},
    {"fooff", "int", 32},         {"fop", "int", 32},
    {"xmm0", "vec128", 128},      {"xmm1", "vec128", 128},
    {"xmm2", "vec128", 128},      {"xmm3", "vec128", 128},
    {"xmm4", "vec128", 128},      {"xmm5", "vec128", 128},
    {"xmm6", "vec128", 128},      {"xmm7", "vec128", 128},
    {"xmm8", "vec128", 128},      {"xmm9", "vec128", 128},
    {"xmm10", "vec128", 128},     {"xmm11", "vec128", 128},
    {"xmm12", "vec128", 128},     {"xmm13", "vec128", 128},
    {"xmm14", "vec128", 128},     {"xmm15", "vec128", 128},
    {"mxcsr", "int", 32},         {"orig_rax", "int", 64},
    {"fs_base", "int", 64},       {"gs_base", "int", 64},
};
static_assert(ARRAY_SIZE(rows) == GDB_REGISTERS, "gdb_registers.h");

uint32_t gdb_registers_describe(char *text, uint32_t size)
{
    static const char vector[] =
        "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
        "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>"
        "<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>"
        "<vector id=\"v8i16\" type=\"int16\" count=\"8\"/>"
        "<vector id=\"v4i32\" type=\"int32\" count=\"4\"/>"
        "<vector id=\"v2i64\" type=\"int64\" count=\"2\"/><union id=\"vec128\">"
        "<field name=\"v4_float\" type=\"v4f\"/><field name=\"v2_double\" type=\"v2d\"/>"
        "<field name=\"v16_int8\" type=\"v16i8\"/><field name=\"v8_int16\" type=\"v8i16\"/>"
        "<field name=\"v4_int32\" type=\"v4i32\"/><field name=\"v2_int64\" type=\"v2i64\"/>"
        "<field name=\"uint128\" type=\"uint128\"/></union>";
    uint32_t used = (uint32_t)format(text, size,
                                     "<?xml version=\"1.0\"?><target><architecture>i386:x86-64"
                                     "</architecture><osabi>GNU/Linux</osabi>");

    for (uint32_t i = 0; i < GDB_REGISTERS; i++) {
        const char *feature = i == 0          ? "core"
                              : i == VECTORS  ? "sse"
                              : i == ORIG_RAX ? "linux"
                              : i == FS_BASE  ? "segments"
                                              : NULL;

        if (feature)
            used += (uint32_t)format(text + used, size - used,
                                     "%s<feature name=\"org.gnu.gdb.i386.%s\">%s",
                                     i ? "</feature>" : "", feature, i == VECTORS ? vector : "");
        used += (uint32_t)format(text + used, size - used,
                                 "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\"/>", rows[i].name,
                                 rows[i].bits, rows[i].type);
    }
    used += (uint32_t)format(text + used, size - used, "</feature></target>");
    return used;
}

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
    if (number >= ORIG_RAX) {
        memcpy(value,
               number == ORIG_RAX  ? &regs->orig_rax
               : number == FS_BASE ? &task->fs_base
                                   : &task->gs_base_program,
               8);
        return 8;
    }
    if (number >= VECTORS && number < MXCSR) {
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
    else if (number == MXCSR)
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
    else if (number == ORIG_RAX)
        task->regs->orig_rax = word;
    else if (number == FS_BASE && word < USER_END)
        task->fs_base = word;
    else if (number == GS_BASE && word < USER_END)
        task->gs_base_program = word;
    else if (number == FLAGS)
        task->regs->rflags = (task->regs->rflags & ~(uint64_t)FLAGS_SETTABLE) | (word & FLAGS_SETTABLE);
    else
        return -EINVAL;
    return 0;
}
