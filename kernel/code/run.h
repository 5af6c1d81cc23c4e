/* SPDX-License-Identifier: MIT */
/*
 * run.h - one run of a program: its windows on memory, its stack, its fuel, and the effects that it has asked for.
 *
 * Effects are staged here and happen only if the run ends well. Compiled code finds everything through this struct, at
 * the offsets CODE_RUN(member); helpers take it as their sixth argument. Pure.
 */
#pragma once
#include "code/type.h"

struct code_window {
    uint8_t *base;
    uint64_t length; /* at most 2^32 - 1 */
};

struct code_send {
    const uint8_t *bytes;
    uint32_t length;
};

struct code_run {
    int64_t fuel;
    uint32_t abort, insn; /* enum exo_code_abort, and where */
    uint64_t scratch[2];  /* of compiled code */
    struct code_window window[EXO_CODE_REGIONS];
    uint64_t context[8];
    uint8_t stack[EXO_CODE_STACK] __attribute__((aligned(8)));
    uint8_t access[EXO_CODE_REGIONS]; /* CODE_READ .., of the type */
    uint64_t wake;
    uint32_t send_count;
    uint32_t own_count, own_max;
    uint32_t cost; /* of a handler's run, at most */
    struct code_send send[EXO_CODE_SENDS];
    struct exo_code_extent *own;
};

#define CODE_RUN(member) ((uint32_t)__builtin_offsetof(struct code_run, member))

/*
 * code_run_begin - a new run: no effects, full fuel. The caller has set window[] and the numbers in context[]; its pointers
 * are filled in. window[] of regions that the type does not have must be empty.
 */
static inline void code_run_begin(struct code_run *run, const struct code_type *type)
{
    run->fuel = type->fuel;
    run->abort = EXO_CODE_RAN;
    run->insn = 0;
    run->wake = 0;
    run->send_count = 0;
    run->own_count = 0;
    __builtin_memcpy(run->access, type->access, sizeof run->access);
#pragma GCC unroll 4
    for (uint32_t i = 0; type->bounds[i]; i++) {
        uint64_t start = EXO_CODE_POINTER((uint64_t)type->bounds[i], 0);

        run->context[2 * i] = start;
        run->context[2 * i + 1] = start | run->window[type->bounds[i]].length;
    }
}

/* code_run_end - after the program has returned `result`: abort if it is out of range; drop the effects of an aborted run. */
static inline void code_run_end(struct code_run *run, const struct code_type *type, uint64_t result)
{
    if (!run->abort && result > type->result_max)
        run->abort = EXO_CODE_A_RESULT;
    if (!run->abort)
        return;
    run->wake = 0;
    run->send_count = 0;
    run->own_count = 0;
}

/* The helpers; what they find wrong sets run->abort. */
typedef uint64_t code_helper(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                             struct code_run *run);
extern code_helper *const code_helpers[EXO_CODE_HELPERS];
