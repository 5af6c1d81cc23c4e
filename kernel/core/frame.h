/* SPDX-License-Identifier: MIT */
/*
 * frame.h - the frame table: who owns each 4 KiB of memory and what it is.
 */
#pragma once
#include "core/arch.h"
#include "core/cap.h"
#include "core/lock.h"

extern struct exo_frame *frame_table; /* exposed read-only; written under memory_lock */
extern uint64_t frame_count;

static inline struct path frame_guard_path(const struct exo_frame *row)
{
    return (struct path){.part = {row->guard[0], row->guard[1]}, .depth = row->guard_depth};
}

static inline void frame_set_guard(struct exo_frame *row, const struct path *path)
{
    row->guard[0] = path->part[0];
    row->guard[1] = path->part[1];
    row->guard_depth = (uint8_t)path->depth;
}

/* frame_under - is what guards the frame this path, or below it? */
static inline bool frame_under(const struct exo_frame *row, const struct path *over)
{
    struct path guard = frame_guard_path(row);

    return path_dominates(over, &guard);
}

/* frame_pin - one more (1) or less (-1) names the frame; atomic, for CPUs that share memory_lock. */
static inline void frame_pin(uint64_t frame, int change)
{
    __atomic_fetch_add(&frame_table[frame].references, (uint32_t)change, __ATOMIC_RELAXED);
}

/*
 * frame_dominated - row of a frame if it exists and the capability dominates its guard; else NULL with
 * *error EXO_E_RANGE or EXO_E_CAP. REQUIRES(memory_lock).
 */
static inline struct exo_frame *frame_dominated(uint64_t frame, const struct cap *cap, int *error)
{
    if (frame >= frame_count || frame_table[frame].kind == EXO_FRAME_NONE) {
        *error = EXO_E_RANGE;
        return NULL;
    }
    struct exo_frame *row = &frame_table[frame];

    if (row->kind == EXO_FRAME_FREE || !frame_under(row, &cap->path)) {
        *error = EXO_E_CAP;
        return NULL;
    }
    return row;
}

/*
 * frame_take - a data frame that nobody maps, about to become `kind`: 0, or EXO_E_KIND, EXO_E_BUSY.
 * It is zeroed, opened in the window. REQUIRES(memory_lock).
 */
int frame_take(uint64_t frame, struct exo_frame *row, enum exo_frame_kind kind);
/* The way back: data, closed in the window. REQUIRES(memory_lock). */
void frame_give_back(uint64_t frame);

extern _Atomic uint64_t *frames_free; /* in the machine page, when that is there */

void frame_zero(uint64_t frame);
/* A data frame that nothing names is free. REQUIRES(memory_lock). */
void frame_release(struct exo_frame *row);

/*
 * frame_next_generation - the next generation of envs in this frame, never one that it had before. The row keeps it. Its
 * frame is worn out (EXO_E_RANGE at env_create) at ENV_GENERATION_END. REQUIRES(memory_lock).
 */
#define ENV_GENERATION_END ((1ull << (63 - EXO_ENV_FRAME_BITS)) - 1) /* ids are results: positive */
static inline uint64_t frame_generation(const struct exo_frame *row)
{
    return (uint64_t)row->reserved << 32 | row->extra;
}
uint64_t frame_next_generation(struct exo_frame *row);

/* Boot only: the highest free frame becomes `kind` under the root guard, zeroed; open in the window. */
uint64_t frame_boot_alloc(enum exo_frame_kind kind);
