/* SPDX-License-Identifier: MIT */
/* arch_impl.h - a machine made of malloc, on which kernel/core runs as a host program. */
#pragma once
#include <stdatomic.h>

#define FAKE_FRAMES 256

extern unsigned char *fake_memory; /* FAKE_FRAMES pages */
#define WINDOW_BASE ((uint64_t)fake_memory)
#define MAP_BASE    0ul

struct regs {
    uint64_t rax, rdx, rip, rsp, rflags, vector, error, rdi;
};

struct bases {
    uint64_t fs_base, gs_base;
};

struct cpu {
    struct env *env;
    uint32_t index;
    _Atomic uint64_t root;
    _Atomic uint32_t flush;
    _Atomic uint64_t donated;
    _Atomic uint32_t idle;
    uint32_t position;
    uint64_t slice_end_ns, env_from_ns;
    uint32_t trace_next;
    struct trace_record trace[TRACE_RING];
    _Atomic uint32_t gate[4];
    uint64_t cursor[24];
    struct env *_Atomic owner;
};

extern struct cpu fake_cpu;

static inline struct cpu *this_cpu(void)
{
    return &fake_cpu;
}

static inline struct cpu *cpu_by_index(uint32_t index)
{
    (void)index;
    return &fake_cpu;
}

uint64_t arch_now_ns(void);

static inline struct env *env_current(void)
{
    return fake_cpu.env;
}

void arch_flush_page(uint64_t address);
static inline void cpu_relax(void) {}
static inline void arch_open(void) {}
static inline void arch_close(void) {}

static inline void regs_enter(struct regs *regs, uint64_t entry)
{
    regs->rip = entry;
}

static inline void regs_set_result(struct regs *regs, int64_t value, uint64_t second)
{
    regs->rax = (uint64_t)value;
    regs->rdx = second;
}

static inline void regs_copy_message(struct regs *to, const struct regs *from)
{
    to->rdi = from->rdi;
}
