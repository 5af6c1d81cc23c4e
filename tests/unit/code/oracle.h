/* SPDX-License-Identifier: MIT */
/*
 * oracle.h - runs an accepted program in the interpreter beside the verifier's own analysis, and holds one to the other.
 *
 * Before each instruction every register, stack byte and region length of the run must be among those that the analysis
 * says are possible there; a path that it calls impossible must not be taken.
 */
#pragma once
#include "interpret.h"

#define PROGRAM_MAX   512
#define WINDOW_MAX    2048
#define SCRATCH_BYTES (PROGRAM_MAX * 2048)

/* A program with everything that it needs for a run; interpreter and compiler get one each. */
struct setting {
    struct code_run run;
    uint8_t memory[EXO_CODE_REGIONS][WINDOW_MAX];
    struct exo_code_extent own[16];
};

struct subject {
    struct code_insn insn[PROGRAM_MAX];
    uint32_t count, type;
    uint32_t memory_bytes, rodata_bytes; /* at most WINDOW_MAX */
    uint32_t input_bytes;                /* length of packet, reply and input in the next run */
    uint64_t seed;                       /* contents of all windows */
    uint64_t code_seed;                  /* for constant blinding */
};

/* oracle_check - verify; CODE_DONE or CODE_REFUSED. check keeps pointers to scratch (SCRATCH_BYTES). */
enum code_progress oracle_check(struct code_check *check, const struct subject *subject,
                                void *scratch);

/* oracle_setting - windows filled and the run begun, the same for the same subject. */
void oracle_setting(struct setting *setting, const struct subject *subject);

/*
 * oracle_run - interpret beside the analysis.
 *
 * Returns  NULL, or what contradicts the analysis, with *insn
 */
const char *oracle_run(const struct code_check *check, const struct subject *subject,
                       struct setting *setting, uint64_t *result, uint32_t *insn);
