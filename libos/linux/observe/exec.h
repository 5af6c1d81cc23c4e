/* SPDX-License-Identifier: MIT */
/*
 * exec.h - programs that the host starts in a running instance, with streams of their own.
 */
#pragma once
#include "libos/linux/core.h"

struct process;

/*
 * exec_start, exec_input, exec_control - requests of the host: their body and its length. A malformed one
 * is refused by a RECORD_EXEC_END or ignored. Never sleep.
 */
void exec_start(const void *body, uint32_t bytes);
void exec_input(const void *body, uint32_t bytes);
void exec_control(uint16_t type, const void *body, uint32_t bytes);

/* exec_flush - refusals that had no room in the ring before. */
void exec_flush(void);

#define EXEC_GDB ":gdb" /* this as a program's name: the LibOS's own debugger (gdb.c), its argument a process's number */

struct exec;
struct waitq;
/* exec_take - input that is there: how many bytes; 0: none now; -EIO: its end. exec_input_queue: wakes when there may be more.
 * exec_give - output, at most 8 KiB; -EIO: nobody is there any more. May sleep. */
int64_t exec_take(struct exec *exec, void *to, uint32_t bytes);
struct waitq *exec_input_queue(struct exec *exec);
int exec_give(struct exec *exec, const void *bytes, uint32_t count);

/* exec_over - the process ends: if it is one of these, the host hears of it. May sleep. */
void exec_over(const struct process *process, int wait_status);
