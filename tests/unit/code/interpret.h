/* SPDX-License-Identifier: MIT */
/*
 * interpret.h - the meaning of a program, written from RFC 9669 and nothing else: what verifier and compiler are held to.
 *
 * It looks at each access by itself, proved or not, and keeps track of which stack bytes were written.
 */
#pragma once
#include "code/check.h"
#include "code/run.h"

struct machine {
    struct code_run *run;
    const struct code_check *check; /* notes: cost of backward jumps, what was proved */
    uint64_t reg[11];
    uint64_t stack_written[EXO_CODE_STACK / 64]; /* bit: this byte was written */
    uint64_t executed;     /* cost paid or owed, to compare with the bound */
    const char *violation; /* a proof that did not hold: NULL if none */
    uint32_t violation_insn;
    /* Called before each instruction, if set. Returns a violation or NULL. */
    const char *(*watch)(struct machine *machine, uint32_t pc, void *argument);
    void *argument;
};

/* interpret - run to the end or to an abort; the result is reg[0]. run has begun (code_run_begin). */
uint64_t interpret(struct machine *machine);

/* Does the conditional jump at `insn` go? */
bool interpret_taken(const uint64_t *reg, const struct code_insn *insn);
