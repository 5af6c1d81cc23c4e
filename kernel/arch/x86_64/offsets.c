/* SPDX-License-Identifier: MIT */
/* offsets.c - what entry.S knows of structs and enums; compiled to assembly only, from which the Makefile makes kernel_offsets.h. */
#include "arch/x86_64/cpu.h"
#include "core/env.h"

#define VALUE(name, value)         __asm__ volatile("\n#OFFSET " #name " %0" : : "i"(value))
#define OFFSET(name, type, member) VALUE(name, offsetof(struct type, member))

void offsets(void);
void offsets(void)
{
    OFFSET(CPU_SELF, cpu, self);
    OFFSET(CPU_ENV, cpu, env);
    OFFSET(CPU_SCRATCH, cpu, scratch);
    OFFSET(CPU_UPCALL, cpu, upcall);
    OFFSET(CPU_STACK, cpu, stack);
    OFFSET(CPU_INDEX, cpu, index);
    OFFSET(CPU_ROOT, cpu, root);
    OFFSET(CPU_SLICE_END, cpu, slice_end_ns);
    OFFSET(CPU_ENV_FROM, cpu, env_from_ns);
    OFFSET(CPU_TIMER, cpu, timer_ns);
    OFFSET(CPU_GATE_ENV, cpu, gate[LOCK_ENV]);
    OFFSET(CPU_OWNER, cpu, owner);
    OFFSET(CPU_ENV_STACK, cpu, tss.rsp[0]);
    OFFSET(REGS_R15, regs, r15);
    OFFSET(REGS_R14, regs, r14);
    OFFSET(REGS_R13, regs, r13);
    OFFSET(REGS_R12, regs, r12);
    OFFSET(REGS_RBP, regs, rbp);
    OFFSET(REGS_RBX, regs, rbx);
    OFFSET(REGS_RIP, regs, rip);
    OFFSET(REGS_RFLAGS, regs, rflags);
    OFFSET(REGS_RSP, regs, rsp);
    VALUE(REGS_END, sizeof(struct regs));
    OFFSET(ENV_UPCALL, env, upcall);
    OFFSET(ENV_SYSCALL_ENTRY, env, config.syscall_entry);
    OFFSET(ENV_TRAP_ENTRY, env, config.trap_entry);
    OFFSET(ENV_TRANSFER_ENTRY, env, config.transfer_entry);
    OFFSET(ENV_TRANSFER_RSP, env, config.transfer_rsp);
    OFFSET(ENV_ID, env, id);
    OFFSET(ENV_ROOT, env, root);
    OFFSET(ENV_CALLER, env, caller);
    OFFSET(ENV_CALLEE, env, callee);
    OFFSET(ENV_FS_BASE, env, bases.fs_base);
    OFFSET(ENV_GS_BASE, env, bases.gs_base);
    OFFSET(ENV_ALARM, env, alarm_ns);
    OFFSET(ENV_STATE, env, state);
    OFFSET(ENV_ASYNC, env, async);
    OFFSET(ENV_CPU, env, cpu);
    OFFSET(ENV_KEYS, env, bases.keys);
    OFFSET(ENV_TRANSFERRED, env, transferred);
    OFFSET(ENV_EAGER, env, eager);
    OFFSET(ENV_CAP_BOUND, env, cap[0].bound);
    VALUE(STATE_RUNNING, ENV_RUNNING);
    VALUE(STATE_WAITING, ENV_WAITING);
    VALUE(STATE_CALLING, ENV_CALLING);
    OFFSET(START_ROOT, cpu_start, root);
    OFFSET(START_STACK, cpu_start, stack);
    OFFSET(START_ARGUMENT, cpu_start, argument);
    OFFSET(START_FUNCTION, cpu_start, function);
    OFFSET(FRAME_ROW_KIND, exo_frame, kind);
    VALUE(FRAME_KIND_ENV, EXO_FRAME_ENV);
}

_Static_assert(offsetof(struct env, regs) == 0 && sizeof(struct exo_frame) == 32 &&
                   sizeof(struct cap) == 40,
               "entry.S: struct regs first; a shift by 5; 5 times 8");
