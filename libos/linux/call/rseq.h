/* SPDX-License-Identifier: MIT */
/* rseq.h - restartable sequences: what the scheduler and signals tell them. */
#pragma once
#include "libos/linux/task.h"

/* rseq_event - the task was preempted or changed its CPU: before its program goes on, rseq_resume has to look. */
static inline void rseq_event(struct task *task)
{
    if (task->rseq)
        task->sig.attention |= ATTENTION_RSEQ;
}

/*
 * rseq_resume - make the program's struct rseq true for this CPU; a sequence that regs are in continues at its abort
 * address. A struct that cannot be read or written, or is malformed, is the program's SIGSEGV.
 */
void rseq_resume(struct task *task, struct regs *regs);
