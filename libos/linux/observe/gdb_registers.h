/* SPDX-License-Identifier: MIT */
/* gdb_registers.h - a task's registers by gdb's numbers, as the description that it is given has them. */
#pragma once
#include <stdint.h>

struct task;

#define GDB_REGISTERS      60 /* general ones, rip, flags, segments, x87, SSE, mxcsr, orig_rax, fs_base, gs_base */
#define GDB_REGISTER_BYTES 16

/* gdb_registers_describe - the description, at most `size` bytes of it. Returns its length. */
uint32_t gdb_registers_describe(char *text, uint32_t size);

/* gdb_register_get - how many bytes it has. The task does not run. */
uint32_t gdb_register_get(const struct task *task, uint32_t number, uint8_t value[GDB_REGISTER_BYTES]);

/* gdb_register_set - general ones, rip, bases and the flags of arithmetic. -EINVAL: that one, or to that value, it cannot be set. */
int gdb_register_set(struct task *task, uint32_t number, const uint8_t value[GDB_REGISTER_BYTES]);
