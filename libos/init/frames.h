/* SPDX-License-Identifier: MIT */
/* frames.h - choosing free frames by reading the kernel's table, for init and for what it builds.
 */
#pragma once
#include <stdint.h>
#include "lib/exo/instance.h"

/*
 * frames_take - the highest run of `count` free frames, taken with the capability in `slot`.
 *
 * Returns  its first frame; 0: there is none
 * Bound    one pass over the frame table
 */
uint64_t frames_take(uint32_t slot, uint64_t count);

/* frames_table - one frame for a table of init's own space (struct exo_space.table_frame). */
uint64_t frames_table(void *context);

/* frames_free_count - free frames in the machine now. */
uint64_t frames_free_count(void);

/*
 * frames_take_runs - `total` free frames in as few runs as possible, lowest first, long runs before
 * short ones.
 *
 * Returns  runs filled in, at most `limit`; *got is the sum of their counts, maybe below
 * total
 */
uint32_t frames_take_runs(uint32_t slot, uint64_t total, struct instance_run *runs, uint32_t limit,
                          uint64_t *got);

/*
 * frames_give - change the guard of frames in calls of EXO_FRAME_RUN_MAX: from what CAP_ROOT
 * dominates to slot `to`.
 *
 * Returns  0 or -EXO_E_*
 */
int64_t frames_give(uint64_t first, uint64_t count, uint32_t to);
