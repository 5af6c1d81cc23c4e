/* SPDX-License-Identifier: MIT */
/*
 * handlers.h - prototypes of all system call handlers, made from the four .def files.
 *
 * A file of handlers includes this, so that the compiler compares each handler with its row.
 */
#pragma once
#include "libos/linux/core.h"

#define LX_PARAMETERS_0 void
#define LX_PARAMETERS_1 uint64_t
#define LX_PARAMETERS_2 uint64_t, uint64_t
#define LX_PARAMETERS_3 uint64_t, uint64_t, uint64_t
#define LX_PARAMETERS_4 uint64_t, uint64_t, uint64_t, uint64_t
#define LX_PARAMETERS_5 uint64_t, uint64_t, uint64_t, uint64_t, uint64_t
#define LX_PARAMETERS_6 uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t

#define LX_PROTOTYPE_FULL(name, arity) int64_t lx_##name(LX_PARAMETERS_##arity);
#define LX_PROTOTYPE_PART(name, arity) LX_PROTOTYPE_FULL(name, arity)
#define LX_PROTOTYPE_NONE(name, arity)
#define LX(number, name, arity, state, arguments) LX_PROTOTYPE_##state(name, arity)
#include "libos/linux/call/all.def"
#undef LX
