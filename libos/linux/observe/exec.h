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

/* exec_over - the process ends: if it is one of these, the host hears of it. May sleep. */
void exec_over(const struct process *process, int wait_status);
