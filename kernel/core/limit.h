/* SPDX-License-Identifier: MIT */
/*
 * limit.h - how much of what the kernel itself has few of a domain may hold: slice positions.
 *
 * Everything else that the kernel keeps for a domain lies in frames that the domain gave, or is a field of one of its
 * envs. Interrupt vectors belong to functions, each of which has its share (dev/pci.c).
 */
#pragma once
#include "core/rules.h"

/* limit_charge - one more for `path`: 0, or EXO_E_LIMIT when it, or a domain above it, has its fill. REQUIRES(env_lock). */
int limit_charge(const struct path *path);
/* limit_return - one less. REQUIRES(env_lock). */
void limit_return(const struct path *path);
