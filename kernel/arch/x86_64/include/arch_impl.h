/* SPDX-License-Identifier: MIT */
/* arch_impl.h - x86-64: registers, the per-CPU struct, and what is inline for speed. */
#pragma once
#include <stdatomic.h>
#include "arch/x86_64/layout.h"

/* The frame that entry.S builds; order is fixed there. */
struct regs {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

/* What SWAPGS, SYSCALL and traps leave alone. Nobody's is all 0. */
struct bases {
    uint64_t fs_base, gs_base;
    uint32_t keys; /* rights of protection keys */
};

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map;
} __attribute__((packed));

/* [c] own CPU only, [a] atomic, [I] set at start. */
struct cpu {
    struct cpu *self;          /* I */
    struct env *env;           /* c */
    uint64_t scratch;          /* c */
    struct exo_upcall *upcall; /* c: of env, in the window */
    uint64_t stack;            /* I: its top, aligned to 16 */
    uint32_t index;            /* I */
    uint32_t apic_id;          /* I */
    _Atomic uint64_t root;     /* space in CR3; 0: the kernel's own */
    _Atomic uint64_t donated;  /* a: env that gets the rest of the slice that runs here; 0: none. core/slice.c */
    _Atomic uint32_t flush;    /* a: another CPU asks for a full TLB flush */
    _Atomic uint32_t idle;     /* a: halted or about to */
    /* slices, core/slice.c */
    struct exo_slice *slices; /* I: its vector */
    uint32_t positions;     /* env_lock: up to the last that ever had an env: a round need not look further */
    uint32_t position;      /* c: now running */
    uint64_t slice_end_ns;  /* c */
    uint64_t slice_until_ns; /* c: the same; later if the end-of-slice upcall was given */
    uint64_t env_from_ns;   /* c: when env began to run */
    bool late;              /* c: an interrupt came while the kernel paused */
    _Atomic uint32_t look;  /* a: how often something came since an idle CPU has seen envs: look again */
    struct env *resumed;    /* c: it went on alone when the CPU idled, and none has run since; core/slice.c */
    uint64_t look_ns;       /* c: when it must look again at the latest */
    uint32_t asked;         /* c: sleepers whose words or predicates were read since interrupts were taken */
    bool curious;           /* c: it saw sleepers who may go on after any interrupt */
    uint64_t left;          /* c: env that was left READY and may be wanted elsewhere; 0: none */
    uint64_t timer_ns;      /* c: deadline that the timer is set for */
    uint64_t poll_ns;       /* c: core/slice.h */
    uint32_t trace_next;    /* c */
    struct bases nobody;    /* c: while no env runs */
    _Atomic uint32_t gate[4]; /* a: who shares a lock, by rank: core/lock.h */
    uint64_t cursor[24];      /* c: struct cursor of core/table.c */
    struct env *kept;         /* c: of a single CPU that idles: whose registers are all here still; arch_switch */
    struct env *_Atomic owner; /* c: whose extended state is in the registers, not in memory; NULL: nobody's */
    uint64_t *map_entry[2]; /* I: page-table entries of frame_window slots */
    struct trace_record trace[TRACE_RING]; /* c */
    struct tss tss __attribute__((aligned(16)));
    uint64_t gdt[8];
};


static inline struct cpu *this_cpu(void)
{
    struct cpu *cpu;
    __asm__("movq %%gs:0, %0" : "=r"(cpu)); /* always the same: once a function */
    return cpu;
}

static inline struct cpu *cpu_by_index(uint32_t index)
{
    return (struct cpu *)(CPU_BASE + (uint64_t)index * CPU_STRIDE +
                          CPU_PAGE_STRUCT * EXO_PAGE_SIZE);
}

extern uint64_t tsc_base, tsc_mult; /* time.c */

static inline uint64_t arch_now_ns(void)
{
    uint64_t now;

    __asm__ volatile("rdtsc\n\tshlq $32, %%rdx\n\torq %%rdx, %%rax\n\tsubq %1, %%rax\n\t"
                     "mulq %2\n\tshrdq %3, %%rdx, %%rax"
                     : "=&a"(now)
                     : "m"(tsc_base), "m"(tsc_mult), "i"(TSC_SHIFT)
                     : "rdx");
    return now;
}

static inline struct env *env_current(void)
{
    struct env *env;
    __asm__ volatile("movq %%gs:8, %0" : "=r"(env));
    return env;
}

static inline void arch_flush_page(uint64_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void cpu_relax(void)
{
    __builtin_ia32_pause();
}

void arch_timer(struct cpu *cpu, uint64_t deadline_ns, uint64_t now);

static inline _Noreturn void arch_leave(struct regs *regs)
{
    __asm__ volatile("movq %0, %%rsp\n\tjmp leave_kernel" : : "r"(regs) : "memory");
    __builtin_unreachable();
}

static inline void arch_open(void)
{
    this_cpu()->late = false;
    __asm__ volatile("sti\n\tnop" : : : "memory"); /* an interrupt comes one instruction after sti */
}

static inline void arch_close(void)
{
    __asm__ volatile("cli" : : : "memory");
    if (this_cpu()->late && this_cpu()->env)
        arch_timer(this_cpu(), 1, 1);
}

/* Ports and registers, for arch/ and dev/ only. */
static inline void port_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
static inline void port_write16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}
static inline void port_write32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}
static inline uint8_t port_read8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
static inline uint32_t port_read32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* What a trap handler may change: where the env goes on. */
static inline void regs_enter(struct regs *regs, uint64_t entry)
{
    regs->rip = entry;
    regs->rflags = USER_FLAGS;
}

static inline void regs_set_result(struct regs *regs, int64_t value, uint64_t second)
{
    regs->rax = (uint64_t)value;
    regs->rdx = second;
}

/* Control transfer: all general registers but rax, which the caller sets, rcx and r11 are the message. */
static inline void regs_copy_message(struct regs *to, const struct regs *from)
{
    __builtin_memcpy(to, from, offsetof(struct regs, vector));
    to->rcx = to->r11 = 0;
}
