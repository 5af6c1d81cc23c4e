/* SPDX-License-Identifier: MIT */
/*
 * program.h - downloaded programs: what lives in the frames that their owners gave, and who runs them.
 *
 * A program's id is generation << EXO_ENV_FRAME_BITS | record frame, as an env's. It also has a slot of 2 MiB of kernel
 * addresses, named by its owner, with a level-1 page table of its own.
 */
#pragma once
#include "code/check.h"
#include "code/compile.h"
#include "code/run.h"
#include "core/cap.h"
#include "core/env.h"
#include "core/lock.h"

/* Frames in the order of code_create; those from AREA on are taken as needed, the rest goes back to the owner. */
#define PROGRAM_FRAME_RECORD 0
#define PROGRAM_FRAME_TABLE  1
#define PROGRAM_FRAME_AREA   2

/* Pages of a slot. Between the parts, and at the end, are pages that are never mapped. */
#define PROGRAM_PAGES       512
#define PROGRAM_PAGE_INPUT  0 /* of test runs */
#define PROGRAM_PAGE_OUTPUT 1
#define PROGRAM_PAGE_AREA                                                                          \
    2 /* constants, text; while loading: instructions and the verifier's memory */
#define PROGRAM_PAGE_MEMORY 256

/* [I] set by code_create, [l] set while loading, constant in state READY, [p] program_lock */
struct program {
    uint64_t id;                   /* I; 0: gone */
    struct path guard;             /* I */
    uint64_t table;                /* I: frame of the level-1 table */
    uint32_t slot;                 /* I */
    uint32_t area_pages;           /* l */
    uint32_t memory_pages;         /* p: fixed once loading begins */
    uint32_t released;             /* memory_lock: pages that went back; it is dying */
    uint32_t running;              /* p: runs, and calls in progress */
    bool testing;                  /* p: a test run uses the input and output pages */
    code_entry *entry;             /* l */
    uint64_t seed;                 /* I */
    uint32_t rodata_bytes;         /* l */
    struct exo_code_report report; /* state: p; counters: approximate when several CPUs run it */
    struct code_check check;       /* l; while loading */
};
_Static_assert(sizeof(struct program) <= EXO_PAGE_SIZE, "one frame");

/* program_lock is held for look-ups and changes of state, not while a program runs. */

/*
 * program_enter - the program with this id, which cannot be destroyed until program_leave. NULL: there is none.
 *
 * state, type  it must be in this state, of this type; 0: any
 */
struct program *program_enter(uint64_t id, uint32_t state, uint32_t type);
void program_leave(struct program *program);

/* As program_enter, for a call that presents a capability: 0, or EXO_E_NONE, CAP, RIGHT, KIND (state or type). */
int program_present(struct env *self, uint32_t slot, uint64_t id, uint32_t state, uint32_t type,
                    struct program **out);

/* Address of a page of its slot. */
static inline uint8_t *program_page(const struct program *program, uint32_t page)
{
    return (uint8_t *)(PROGRAM_BASE +
                       ((uint64_t)program->slot * PROGRAM_PAGES + page) * EXO_PAGE_SIZE);
}

/* Map a page of its slot anew; frame 0: nothing. REQUIRES(program_lock), or state CHECK. */
void program_map(struct program *program, uint32_t page, uint64_t frame, bool write, bool execute);
/* The frame behind a page, or 0. */
uint64_t program_frame(const struct program *program, uint32_t page);
/* No CPU may use what was mapped before. */
void program_flush(void);
/* A page of the slot goes back to its owner as a data frame, emptied. REQUIRES(memory_lock) */
void program_give_back(struct program *program, uint32_t page);

/* --- Runs (run.c) -------------------------------------------------------------------------------------------------- */

/* One received frame. bytes and reply have at least EXO_CODE_REACH bytes of kernel memory behind their start. */
struct program_packet {
    const void *bytes;
    uint32_t length;
    void *reply;
    uint32_t reply_bytes;
    uint32_t flags; /* shown to the program */
};

/*
 * program_run_packet - run a packet handler on this CPU, in the kernel, with no lock but env_lock and net_lock held.
 *
 * run  its effects are left there: frames to transmit, which lie in packet, reply or the program's memory, and events
 *
 * Returns  EXO_CODE_DELIVER, also when the program is gone or the run was aborted; EXO_CODE_CONSUMED, EXO_CODE_DROP
 * Bound    the program's cost + fuel, at most 81,920 instructions
 */
uint32_t program_run_packet(uint64_t id, const struct program_packet *packet, struct code_run *run);

/* program_is - is there a ready program of this type whose guard is dominated by `over`? For who attaches one. */
bool program_is(uint64_t id, uint32_t type, const struct path *over);

/* Boot: the slots' page tables. */
void program_start(void);
