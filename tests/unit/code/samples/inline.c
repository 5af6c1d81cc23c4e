/* SPDX-License-Identifier: MIT */
/* inline.c - functions that call functions, variables, constants: what the loader has to put together. */
#include "lib/exo/code_program.h"

struct counters {
    uint64_t runs, sum;
} counters;

uint64_t start = 5;
static const uint8_t table[16] = {1, 2, 3, 4, 5, 6, 7, 8};

__attribute__((noinline)) static uint64_t twice(uint64_t x, const uint8_t *p)
{
    volatile uint64_t here[2] = {x, x};

    return here[0] + here[1] + p[3] + table[x & 15];
}

__attribute__((noinline)) static uint64_t outer(uint64_t x, const uint8_t *p)
{
    volatile uint64_t keep = x;
    uint64_t y = twice(x + 1, p);

    return y + twice(y, p) + keep;
}

EXO_CODE_PROGRAM("packet") uint64_t inlined(struct exo_code_packet *ctx)
{
    const uint8_t *p = EXO_CODE_BYTES(ctx->packet);
    uint64_t kept = ctx->length;

    if (p + 8 > EXO_CODE_BYTES(ctx->packet_end))
        return EXO_CODE_DELIVER;
    counters.runs++;
    counters.sum += outer(p[0], p) + start + kept;
    return EXO_CODE_CONSUMED;
}
