/* SPDX-License-Identifier: MIT */
/* reclaim.h - what the instance does when init asks it for memory, or has taken some (mm/reclaim.c). */
#pragma once
#include "libos/linux/core.h"

/* reclaim_upcall - EXO_VECTOR_REVOKE came: a request, its end, or a loss. In no system call. */
void reclaim_upcall(void);

/* reclaim_zeros - pages of zeros, and what else nobody misses, become free. False: hardly any. */
bool reclaim_zeros(void);
