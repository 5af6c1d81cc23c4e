/* SPDX-License-Identifier: MIT */
/*
 * sweep.h - breaking bindings to frames, in steps of bounded work.
 *
 * Who takes a frame from its holder must find every entry, link and pin that names it. There is no inverse map: a sweep
 * walks the frame table, and each table that it meets. A step ends when its work is used up and says where to go on; the
 * place is the caller's to keep, and every step is safe by itself, whatever place it is given.
 */
#pragma once
#include "core/env.h"

#define SWEEP_WORK    4096 /* units of one call: a row or an entry is 1 */
#define SWEEP_MANY    256  /* what a 2 MiB leaf, a table that ends, a program, an env, a ring or filter count for */
#define SWEEP_STRETCH 272  /* units with interrupts off and locks held */

/* In this order; what the first, the second, the last two are, who sweeps decides. */
enum sweep_phase {
    SWEEP_FIRST,
    SWEEP_ENVS,
    SWEEP_SLEEPERS, /* sleeps and packet rings that pin such frames end */
    SWEEP_PROGRAMS, /* downloaded programs end whose frames or memory windows such frames are */
    SWEEP_BINDINGS, /* entries that name such frames are removed */
    SWEEP_DEVICES,
    SWEEP_LAST,
    SWEEP_END,
};

struct sweep {
    const struct cap *under; /* what it dominates; NULL: frames that are marked as taken */
    struct env *self;        /* the caller: its sleep and its capabilities stay */
    enum sweep_phase phase;
    uint64_t at;   /* where in the phase: frame << 9 | entry */
    uint32_t work; /* left in this step */
    bool broken;   /* some entry was removed: flush before the step ends */
    bool finish;   /* it must come to its end in this call */
};

/* sweep_pay - so much work is to be done at this place: false: there is not so much left, and it will go on there. */
static inline bool sweep_pay(struct sweep *sweep, uint64_t at, uint32_t cost)
{
    sweep->at = at;
    if (sweep->work < cost)
        return false;
    sweep->work -= cost;
    return true;
}

/* sweep_hits - is this a frame that is taken from its holders? REQUIRES(memory_lock). */
bool sweep_hits(const struct sweep *sweep, uint64_t frame);

/*
 * sweep_call - a call that sweeps, in stretches with pauses in between.
 *
 * place  where to go on: 0, or what the call before returned
 * check  asked at the beginning of each stretch: may it be? 0 or EXO_E_*
 * step   a step of a phase that is not common to all; the phase that comes next
 *
 * Both are called with env_lock, net_lock and memory_lock. Returns 0; an error of check; EXO_E_ARG: no such place; EXO_E_AGAIN
 * with the place.
 */
struct call_result sweep_call(struct sweep *sweep, uint64_t place, int (*check)(struct sweep *),
                              enum sweep_phase (*step)(struct sweep *));

/*
 * What kernel/net binds to envs and frames; net_lock is taken by who breaks such bindings. REQUIRE(env_lock, net_lock, memory_lock).
 */
bool net_env_gone(const struct env *env); /* an env dies: one of its rings ends; false: it has none */
/* Of this net table, from row sweep->at % TABLE_ENTRIES on: rows of the subtree end, and rings that pin such frames. True: all. */
bool net_unbind(struct sweep *sweep, uint64_t frame);
bool net_table_end(uint64_t frame); /* a table without rows is a data frame again; false: it has some */

/* SWEEP_PROGRAMS, from sweep->at on; true: its end was reached. program/program.c. REQUIRES(env_lock, memory_lock). */
bool sweep_programs(struct sweep *sweep);
