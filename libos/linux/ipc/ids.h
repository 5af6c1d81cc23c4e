/* SPDX-License-Identifier: MIT */
/*
 * ids.h - what the three kinds of System V communication share: numbers, keys, permission (ipc/ids.c).
 *
 * A number is made of a slot and of how often it was used, so that a stale number is noticed (EINVAL), as
 * on Linux.
 */
#pragma once
#include "libos/linux/core.h"
#include <linux/ipc.h>
#include <asm/ipcbuf.h>

struct text;

struct ipc_object {
    int id;
    int32_t key; /* IPC_PRIVATE once it is to be removed */
    uint32_t uid, gid, cuid, cgid;
    uint32_t mode; /* permission bits; shm adds SHM_DEST */
    uint16_t sequence;
};

struct ipc_ids {
    struct ipc_object **slot;
    uint32_t size;  /* slots there are; grows */
    uint32_t limit; /* of slots */
    uint32_t used;
    uint16_t next_sequence;
    int last_slot; /* highest in use, -1: none */
};

/* ipc_lookup - the object with this number; NULL: none (EINVAL). Borrowed. */
struct ipc_object *ipc_lookup(struct ipc_ids *ids, int id);

/* ipc_by_slot - for IPC_STAT's kin that count through the slots; NULL: empty. */
struct ipc_object *ipc_by_slot(struct ipc_ids *ids, uint32_t slot);

/*
 * ipc_get - shmget, semget, msgget: the object of a key, or that it has to be made.
 *
 * flags  IPC_CREAT, IPC_EXCL and the mode bits that current wants
 *
 * Returns  0 with *out an object or NULL (make one); -ENOENT, -EEXIST, -EACCES, -ENOSPC
 */
int ipc_get(struct ipc_ids *ids, int32_t key, uint32_t flags, struct ipc_object **out);

/* ipc_add - a new object gets its number, owner and mode. Returns the number, -ENOSPC or -ENOMEM. */
int ipc_add(struct ipc_ids *ids, struct ipc_object *object, int32_t key, uint32_t flags);

/* ipc_remove - its number is free again. The struct stays the caller's. */
void ipc_remove(struct ipc_ids *ids, struct ipc_object *object);

/* ipc_permission - may current do this? mode: 0444 read, 0222 write. 0 or -EACCES. */
int ipc_permission(const struct ipc_object *object, uint32_t mode);

/* ipc_owner - may current change or remove it? 0 or -EPERM. */
int ipc_owner(const struct ipc_object *object);

void ipc_fill(const struct ipc_object *object, struct ipc64_perm *out);      /* for *_STAT */
void ipc_change(struct ipc_object *object, const struct ipc64_perm *wanted); /* IPC_SET */

uint64_t ipc_seconds(void); /* time of day, as the *_time fields have it */

/* /proc/sysvipc (fs/proc.c). */
int shm_text(struct text *text, uint64_t key);
int sem_text(struct text *text, uint64_t key);
int msg_text(struct text *text, uint64_t key);
