/* SPDX-License-Identifier: MIT */
/* cpu.h - the envs of the instance: their struct vcpu, entries and upcalls (cpu.c, entry.S). */
#pragma once
#include "libos/linux/core.h"

/*
 * vcpu_start - make the running env vcpu 0: GS base, selectors, the space it runs in.
 *
 * Bound  constant; nothing that uses this_vcpu() works before
 */
void vcpu_start(void);

/* vcpu_prepare - fill in the struct vcpu of any CPU, all zero before: everything but its env and tasks. */
void vcpu_prepare(struct vcpu *vcpu, struct exo_upcall *upcall, uint64_t index);

/* vcpu_registers_start - registers of the running CPU that LibOS code counts on. */
void vcpu_registers_start(void);

/* The task whose stack and registers the next entry from a program uses. Called at a task switch.
 */
void vcpu_set_task(struct task *task);

/*
 * cpu_trap - what entry.S found (entry.S only): an exception of the program or of LibOS code, or an
 * upcall.
 *
 * regs     where it happened; changed to continue elsewhere
 * what     vector, and from bit 32 on struct exo_trap's masked: not 0 in LibOS code, which may only
 *          fault on a program's memory
 * address  page fault: the address
 * error    the processor's error code
 */
void cpu_trap(struct regs *regs, uint64_t what, uint64_t address, uint64_t error);

/* Everything that is due before the program goes on: pending upcalls, then signals (entry.S only).
 */
void cpu_return(struct regs *regs);

/* Upcalls that came while the program was just about to run: takes the instance lock (entry.S only). */
void cpu_pending_at_exit(void);

#define PKRU_START 0x55555554u /* as Linux: no access through any protection key but 0 */
static inline void protection_keys_start(void) /* REQUIRES EXO_FEATURE_PKU */
{
    __asm__ volatile("wrpkru" : : "a"(PKRU_START), "c"(0), "d"(0));
}

/* Too many traps inside each other (entry.S only). */
_Noreturn void cpu_last_resort(void);

/* entry.S: run the program of the current task: takes current()->regs. */
_Noreturn void enter_program(void);

/* main.c: entry.S jumps here with interrupts of the env masked. */
_Noreturn void libos_main(const struct instance_start *start);
