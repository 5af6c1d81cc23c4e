/* SPDX-License-Identifier: MIT */
/*
 * frames.h - a pool of the frames that an instance was given: which are in use is a bitmap.
 *
 * The frames stay the instance's; the kernel is not involved. Pure; linked into host tests too. Not
 * safe for two CPUs at once: hold a lock of yours.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "lib/exo/instance.h"

struct exo_frames {
    uint32_t run_count;
    struct instance_run run[INSTANCE_RUN_MAX];
    uint64_t *used; /* one bit a frame, in the order of the runs; 1: taken */
    uint64_t total;
    uint64_t free_count;
    uint64_t hint; /* bit where the next search begins */
};

/*
 * exo_frames_init - make a pool of runs.
 *
 * used, words  bitmap storage of the caller, kept by the pool: 64 frames a word
 *
 * Returns  frames in the pool: those beyond the bitmap's end are left out
 */
uint64_t exo_frames_init(struct exo_frames *pool, const struct instance_run *runs,
                         uint32_t run_count, uint64_t *used, uint64_t words);

/*
 * exo_frames_take - `count` frames in a row, the first a multiple of `align` (a power of two).
 *
 * Returns  the first frame's number; 0: there is no such run
 * Bound    linear in the pool
 */
uint64_t exo_frames_take(struct exo_frames *pool, uint64_t count, uint64_t align);

/*
 * exo_frames_give - put frames back. False, and nothing changed: one of them is not in the pool or
 * not taken.
 */
bool exo_frames_give(struct exo_frames *pool, uint64_t first, uint64_t count);

/* exo_frames_table - one frame for a page table, for struct exo_space: context is the pool. */
uint64_t exo_frames_table(void *pool);
