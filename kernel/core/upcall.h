/* SPDX-License-Identifier: MIT */
/* upcall.h - entering envs at the addresses they registered. */
#pragma once
#include "core/env.h"

/* The current env trapped: deliver it (or stop the env). regs are its registers. */
void upcall_trap(struct env *env, uint32_t vector, uint64_t error, uint64_t address);
/* Before the current env goes on: deliver one asynchronous upcall, or mark it pending. */
void upcall_async(struct env *env);
/* Who goes on when the kernel is left on this CPU: picks an env if none runs; its registers, ready to be loaded. `now`: as slice_program. */
struct regs *kernel_exit(struct cpu *cpu, uint64_t now);
