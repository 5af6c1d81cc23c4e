/* SPDX-License-Identifier: MIT */
/*
 * call.h - the Linux system calls: the table (call/mm_proc.def, fs.def, misc.def, none.def, one a
 * family) makes prototypes, dispatch and names.
 *
 *     LX(number, name, arity, state, "argument names and formats")
 * state: FULL, PART (some flags), NONE (ENOSYS, logged once). NONE rows have no handler. Handlers are
 *     int64_t lx_<name>(uint64_t a, ...)   with `arity` parameters
 * in the file of their family: fs/, mm/, proc/, sig/, tty/, time/, call/misc.c. Handlers that need the
 * program's registers (fork, execve, rt_sigreturn) use current()->regs.
 */
#pragma once
#include "libos/linux/core.h"

/* Called by entry.S for every system call: regs->rax is the number; stores the result into regs->rax. */
void call_dispatch(struct regs *regs);
const char *call_name(uint64_t number); /* "read"; "?" for none */
