/* SPDX-License-Identifier: MIT */
/*
 * arch.h - everything that kernel/core asks of an architecture; the only door to the hardware.
 *
 * arch_impl.h (found by include path: arch/x86_64/include, or the fake machine of the host tests) defines
 * struct regs, struct cpu and the inline functions; the rest is in arch/x86_64.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/exo_types.h"

static inline uint64_t pages_of(uint64_t bytes)
{
    return (bytes + EXO_PAGE_SIZE - 1) >> EXO_PAGE_SHIFT;
}

struct env;
struct cpu;
struct regs;

/* An event that a panic prints: core/klog.h. */
struct trace_record {
    uint64_t time_ns, a, b;
    uint32_t event;
};
#define TRACE_RING 64

#include "arch_impl.h"

/* --- this CPU: arch_impl.h ------------------------------------------------------------------------
 * struct cpu *this_cpu(void);            the running CPU
 * struct cpu *cpu_by_index(uint32_t);    any CPU
 * struct env *env_current(void);         the env it runs, NULL in the idle loop
 * void cpu_relax(void);                  in a spin loop
 * void arch_flush_page(uint64_t);        this CPU's TLB entry of one page of the current space
 * void arch_open(void);                  interrupts are taken
 * void arch_close(void);                 not any more
 * void arch_leave(struct regs *);        loads an env's registers and goes to ring 3
 * uint64_t arch_now_ns(void);            nanoseconds since boot
 * uint64_t regs_get/set...               see arch_impl.h
 */

extern uint32_t cpu_count; /* CPUs that run, numbered 0 .. cpu_count - 1 */

/* Make env the one that this CPU runs instead of self: save self's extended state and bases, load env's. NULL: none (idle).
 * They differ. */
void arch_switch(struct cpu *cpu, struct env *self, struct env *env);
/* The running env touched extended state while another's was in the registers. False: it was not that. */
bool arch_state_fault(struct env *env);
/* Is extended state of env in this CPU's registers only? A CPU other than its own is asked to store it. */
bool arch_state_held(struct env *env);
void arch_state_settle(void); /* store what the running env does not own */
/* Load another root table of the same env. */
void arch_load_root(uint64_t root);
/* First register contents of a new env; clears the extended state. */
void arch_env_init(struct env *env, const struct exo_env_config *config);
/* Wait for an interrupt: enable, halt, disable; with several CPUs in the kernel's own space. */
void arch_halt(void);

/* --- time ------------------------------------------------------------------------------------------ */
/* An interrupt of this CPU at or soon after, for whatever is due then; there may be earlier ones. `now` was the time shortly before
 * (the deadline is less than a second later); 0: not known. */
void arch_timer(struct cpu *cpu, uint64_t deadline_ns, uint64_t now);

/* --- other CPUs ------------------------------------------------------------------------------------- */
void arch_kick(uint32_t cpu); /* make it look at its mail */

/* --- memory ----------------------------------------------------------------------------------------- */
/* A frame that the kernel owns (table, env, upcall page, kernel, exposed) at its fixed window address. */
static inline void *frame_window(uint64_t frame)
{
    return (void *)(WINDOW_BASE + (frame << EXO_PAGE_SHIFT));
}
void arch_window_open(uint64_t frame); /* make the window address valid; on this and all CPUs */
void arch_window_close(uint64_t frame);
/* Any frame, for this CPU, until the next call with the same slot (0 or 1). */
void *arch_map_frame(uint32_t slot, uint64_t frame);
void arch_unmap_frame(uint32_t slot);
/* Boot: registers of a device, for the kernel's own use. */
void *arch_map_registers(uint64_t physical, uint64_t bytes);
/* Fill a new root table's kernel half and the recursive entry. */
void arch_root_init(uint64_t root);
/* Entries of this CPU's TLB: one page of the current space, or everything but global. */
void arch_flush_all(void);
/* Copy to or from user memory of the current space; bytes not copied. The caller checked the range. */
uint64_t arch_user_copy(void *to, const void *from, uint64_t bytes);

/* Slots of downloaded programs: link a level-1 table (0: none), and one entry of such a table. Flushes nothing. */
void arch_program_table(uint32_t slot, uint64_t frame);
void arch_program_page(uint64_t *entry, uint64_t frame, bool write, bool execute);
uint64_t arch_entropy(void); /* hard to guess, never 0; without RDRAND from the time-stamp counter alone */

/* --- devices ----------------------------------------------------------------------------------------
 * The IOMMU, if the machine has one that keeps both memory and processors from devices; else arch_dma_levels is 0,
 * functions reach everything, and these do nothing. They may be called with any lock of core held.
 */
extern uint32_t arch_dma_levels; /* of the trees that attached functions use */
/* A function (bus << 8 | device << 3 | function; id: 1 .. EXO_DEVICE_MAX, its own) reaches what the tree under `root` maps
 * (0: nothing), or `all` memory. On return, earlier accesses are over. */
void arch_dma_attach(uint16_t function, uint32_t id, uint64_t root, bool all);
void arch_dma_flush(void); /* entries were removed from such trees: on return no device uses them any more */
void arch_dma_written(const void *at, uint64_t bytes); /* such a tree was written to: before a device looks */
/* The next access that was refused, and whose; false: none since the last. */
bool arch_dma_fault(uint16_t *function);
bool arch_dma_covers(uint16_t function); /* does the IOMMU stand before this function of the first bus? */
/* Where a function, covered or not, writes the vector's number to interrupt a CPU; from now on it may, until
 * arch_message_end. */
uint64_t arch_message(uint16_t function, bool covered, uint32_t vector, uint32_t cpu);
void arch_message_end(uint32_t vector);

_Noreturn void arch_off(uint32_t status);
_Noreturn void arch_fail(void); /* stop every CPU; tell the test device */
