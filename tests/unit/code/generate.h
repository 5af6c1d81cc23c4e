/* SPDX-License-Identifier: MIT */
/* generate.h - programs from a seed: plausible ones, plausible ones with damage, and noise. */
#pragma once
#include "oracle.h"

enum generate_kind {
    GENERATE_PLAUSIBLE, /* mostly accepted */
    GENERATE_DAMAGED,   /* a few instructions changed */
    GENERATE_NOISE,
};

void generate(struct subject *subject, uint64_t seed, enum generate_kind kind);
uint64_t generate_random(uint64_t *seed);
