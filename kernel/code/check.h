/* SPDX-License-Identifier: MIT */
/*
 * check.h - the verifier: is a program safe to run, and what does the compiler have to guard?
 *
 * Pure; works in memory that the caller gives; in steps, so that a kernel call can stop and go on. What holds for an
 * accepted program: docs/code.md.
 */
#pragma once
#include <stddef.h>
#include "code/domain.h"
#include "code/insn.h"
#include "code/type.h"

#define CODE_SPILLS     16 /* 8-byte stack slots whose contents are known as more than "written" */
#define CODE_THRESHOLDS 192

enum code_cell_type {
    CELL_NONE,  /* not written on some path */
    CELL_MIXED, /* of different types, depending on the path */
    CELL_NUMBER,
    CELL_POINTER, /* n: offset in region */
    CELL_END,     /* of region */
};

struct code_cell {
    struct value n;
    uint8_t type, region;
};

/* What is known whenever control is at one place. */
struct code_state {
    struct code_cell reg[11];
    struct code_cell spill[CODE_SPILLS];
    uint8_t spill_slot[CODE_SPILLS];       /* 0: free; else the slot (of 8 bytes) + 1 */
    uint64_t written[EXO_CODE_STACK / 64]; /* bit: stack byte that holds part of a number */
    uint32_t length[EXO_CODE_REGIONS];     /* every region is at least so long */
    uint16_t place;                        /* of a kept state: its instruction */
};

enum code_access {
    CODE_ACCESS_NONE,
    CODE_ACCESS_FIXED,   /* context or stack: at note.offset, always */
    CODE_ACCESS_PROVED,  /* always inside the region */
    CODE_ACCESS_GUARDED, /* to be checked when it runs */
};

#define CODE_NOTE_REACHED 1  /* some path leads here */
#define CODE_NOTE_HEAD    2  /* a jump leads here */
#define CODE_NOTE_WIDEN   4  /* a backward jump leads here */
#define CODE_NOTE_BACK    8  /* the jump here goes backwards: charge cost of its target */
#define CODE_NOTE_SECOND  16 /* second half of LDDW */
#define CODE_NOTE_VISITED 32 /* the analysis came here; the compiler makes traps of all others */

/* What the verifier found out about one instruction. */
struct code_note {
    uint8_t access, region, flags, reserved;
    uint16_t offset; /* FIXED: where */
    uint16_t state;  /* HEAD: index of its state */
    uint32_t cost;   /* of the longest path from here that takes no backward jump */
};

struct code_subject {
    const struct code_insn *insn; /* must not change while it is checked and compiled */
    uint32_t count;
    uint32_t type; /* enum exo_code_type, valid */
    uint32_t memory_bytes, rodata_bytes;
};

struct code_check {
    struct code_subject subject;
    const struct code_type *type;
    struct code_note *note; /* subject.count; at the end of the memory given */
    uint32_t *place;        /* for the compiler: where each instruction's code begins */
    uint32_t *stub;         /* for the compiler: where and why runs end early */
    uint32_t stubs, common, epilogue; /* for the compiler: where stubs, their common part and the epilogue begin */
    struct code_state *state;
    uint8_t *visits;   /* of each state */
    uint64_t *pending; /* bit: the state has changed */
    uint32_t state_count;
    uint32_t error, insn, detail; /* enum exo_code_error */
    uint32_t steps, loops, proved, guarded, result_guarded;
    uint64_t threshold[CODE_THRESHOLDS];
    uint32_t threshold_count;
    struct code_state work;
};

enum code_progress {
    CODE_MORE,
    CODE_DONE,
    CODE_REFUSED,
};

/* Verifier and compiler call it in every loop over a program, every 8 turns. NULL: not. */
extern void (*code_pause)(void);
static inline void code_breathe(uint32_t turn)
{
    if (code_pause && turn % 8 == 7)
        code_pause();
}

/*
 * code_check_begin - look at each instruction alone and at the paths between them.
 *
 * memory, bytes  scratch, 8-byte aligned; used until the program is compiled
 *
 * Returns  CODE_MORE, or CODE_REFUSED with check->error, insn and detail
 * Bound    linear in subject->count
 */
enum code_progress code_check_begin(struct code_check *check, const struct code_subject *subject,
                                    void *memory, size_t bytes);

/*
 * code_check_step - follow the paths, for about `steps` instructions.
 *
 * Returns  CODE_MORE, CODE_DONE (accepted) or CODE_REFUSED
 * Bound    steps + subject->count instructions, with pauses; all calls together 64 * subject->count + 256 (then E_COMPLEX)
 */
enum code_progress code_check_step(struct code_check *check, uint32_t steps);

/* For what refuses a program: false. */
static inline bool code_refuse(struct code_check *check, uint32_t error, uint32_t insn)
{
    check->error = error;
    check->insn = insn;
    return false;
}

/* shape.c, for check.c: the part that needs no states. Sets error, insn, detail. */
bool code_shape(struct code_check *check, uint16_t *stack);

/* state.c, for check.c. Errors are enum exo_code_error. */
void code_state_begin(struct code_state *state, const struct code_subject *subject);
/* Into becomes what describes both; true: it has changed. */
bool code_state_merge(struct code_state *into, const struct code_state *from, uint32_t visits,
                      const uint64_t *threshold, uint32_t count);
uint32_t code_stack_store(struct code_state *state, uint32_t offset, uint32_t bytes,
                          const struct code_cell *cell);
uint32_t code_stack_load(const struct code_state *state, uint32_t offset, uint32_t bytes,
                         struct code_cell *out);

/* code_back_cost - what the backward jump at pc pays when it is taken; at least 1. The subject's shape is right. */
uint32_t code_back_cost(const struct code_check *check, uint32_t pc);
