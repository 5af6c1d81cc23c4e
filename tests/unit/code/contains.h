/* SPDX-License-Identifier: MIT */
/* contains.h - what a description of a number means (kernel/code/domain.h). */
#pragma once
#include "code/domain.h"

static inline bool value_contains(const struct value *v, uint64_t x)
{
    return x >= v->low && x <= v->high && (x & ~v->unknown) == v->bits;
}
