/* SPDX-License-Identifier: MIT */
/*
 * capability.h - the rights of root, one by one: who may what inside the instance.
 *
 * Sets are kept per process. Nothing here protects one instance from another: that is the kernel's.
 * Source: capabilities(7).
 */
#pragma once
#include "libos/linux/task.h"
#include <linux/capability.h>

#define CAPABILITY_ALL ((1ul << (CAP_LAST_CAP + 1)) - 1)

/* capable - does current have this right (CAP_*) in effect? */
static inline bool capable(uint32_t capability)
{
    return current()->process->cred.effective >> capability & 1;
}

/* capability_first - the sets of a process that nobody made: all of root's. */
void capability_first(struct credentials *cred);

/* capability_ids_changed - user ids were set: what was lost or regained with them. `old` is how the ids were before. */
void capability_ids_changed(struct credentials *cred, const struct credentials *old);

/* capability_fsuid_changed - only the file system's user id was set. */
void capability_fsuid_changed(struct credentials *cred, uint32_t old);

/* capability_exec - the ids are those of the new program; `gained`: a set-id bit changed them. */
void capability_exec(struct credentials *cred, bool gained);

/* capability_prctl - the options of prctl that are about capabilities; -ENOSYS: not one of them. */
int64_t capability_prctl(uint32_t option, uint64_t argument, uint64_t b, uint64_t c, uint64_t d);
