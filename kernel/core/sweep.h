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

struct sweep {
    const struct cap *under; /* what it dominates; NULL: frames that are marked as taken */
    struct env *self;        /* the caller: its sleep and its capabilities stay */
    uint64_t at;             /* frame << 9 | entry */
    uint32_t work;           /* left in this step */
    bool broken;             /* some entry was removed: flush before the step ends */
};

/* sweep_hits - is this a frame that is taken from its holders? REQUIRES(memory_lock). */
bool sweep_hits(const struct sweep *sweep, uint64_t frame);

/*
 * sweep_tables - removes entries that name such frames, from sweep->at on. True: the end was reached, else sweep->at
 * says where to go on. REQUIRES(memory_lock).
 */
bool sweep_tables(struct sweep *sweep);

/* sweep_sleepers - ends sleeps and packet rings that pin such frames, from sweep->at on; as above.
 * REQUIRES(env_lock, net_lock, memory_lock). */
bool sweep_sleepers(struct sweep *sweep);

/*
 * What kernel/net binds to envs and frames, and its lock (rank: between env_lock and memory_lock), which is taken by who
 * breaks such bindings. NULL: nothing is bound. REQUIRE(env_lock, net_lock, memory_lock).
 */
extern struct spinlock net_lock;
extern bool (*net_env_gone)(const struct env *env); /* an env dies: one of its rings ends; false: it has none */
/* Of this net table, from row sweep->at % TABLE_ENTRIES on: rows of the subtree end, and rings that pin such frames; as above. */
extern bool (*net_unbind)(struct sweep *sweep, uint64_t frame);
extern bool (*net_table_end)(uint64_t frame); /* a table without rows is a data frame again; false: it has some */

/*
 * sweep_programs - ends downloaded programs whose frames or memory windows such frames are, from sweep->at on; as above.
 * Set at boot by who has programs. REQUIRES(env_lock, memory_lock).
 */
extern bool (*sweep_programs)(struct sweep *sweep);

/* sweep_flush - before the locks are dropped: no CPU can use what was broken. REQUIRES(memory_lock). */
void sweep_flush(struct sweep *sweep);
