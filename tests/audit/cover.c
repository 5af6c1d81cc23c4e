/* SPDX-License-Identifier: MIT */
/*
 * cover.c - which edges of the kernel's code calls of one env have gone over. Only build/lorica-fuzz.elf is compiled with
 * -fsanitize-coverage=trace-pc, which calls the function below in every basic block; this file is not.
 */
#include "core/env.h"
#include "tests/audit/audit.h"

#ifdef KERNEL_COVERAGE
#define EDGES (1u << 18)

void __sanitizer_cov_trace_pc(void);

static uint8_t seen[EDGES / 8];
static uint64_t edges, who, last;
static bool on;

void __sanitizer_cov_trace_pc(void)
{
    if (!on)
        return;
    uint64_t here = (uint64_t)__builtin_return_address(0);
    uint64_t edge = (here ^ last << 5) * 0x9e3779b97f4a7c15 >> 46;

    last = here;
    if (seen[edge / 8] >> (edge % 8) & 1)
        return;
    seen[edge / 8] |= (uint8_t)(1u << (edge % 8));
    edges++;
}

void cover_begin(const struct env *env)
{
    last = 0;
    on = env->id == who;
}

void cover_end(void)
{
    on = false;
}

int64_t cover_edges(uint64_t env)
{
    if (env)
        who = env;
    return (int64_t)edges;
}
#else
void cover_begin(const struct env *env)
{
    (void)env;
}

void cover_end(void) {}

int64_t cover_edges(uint64_t env)
{
    (void)env;
    return -EXO_E_ARG;
}
#endif
