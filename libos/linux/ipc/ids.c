/* SPDX-License-Identifier: MIT */
/*
 * ids.c - numbers, keys and permission of System V shared memory, semaphores and message queues.
 */
#include "libos/linux/ipc/ids.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/task.h"
#include "libos/linux/time/clock.h"

#define SLOT_BITS      15
#define SLOTS_START    16u
#define SEQUENCE_LIMIT 65536u

struct ipc_object *ipc_by_slot(struct ipc_ids *ids, uint32_t slot)
{
    return slot < ids->size ? ids->slot[slot] : NULL;
}

struct ipc_object *ipc_lookup(struct ipc_ids *ids, int id)
{
    struct ipc_object *object =
        id < 0 ? NULL : ipc_by_slot(ids, (uint32_t)id & ((1u << SLOT_BITS) - 1));

    return object && object->id == id ? object : NULL;
}

int ipc_permission(const struct ipc_object *object, uint32_t mode)
{
    const struct credentials *cred = &current()->process->cred;
    uint32_t granted = object->mode;

    if (capable(CAP_IPC_OWNER))
        return 0;
    if (cred->euid == object->uid || cred->euid == object->cuid)
        granted >>= 6;
    else if (cred->egid == object->gid || cred->egid == object->cgid || in_group(object->gid) ||
             in_group(object->cgid))
        granted >>= 3;
    /* What is asked for, in whichever of the three places it stands. */
    mode = (mode >> 6 | mode >> 3 | mode) & 7;
    return mode & ~granted ? -EACCES : 0;
}

int ipc_owner(const struct ipc_object *object)
{
    uint32_t euid = current()->process->cred.euid;

    return capable(CAP_SYS_ADMIN) || euid == object->uid || euid == object->cuid ? 0 : -EPERM;
}

int ipc_get(struct ipc_ids *ids, int32_t key, uint32_t flags, struct ipc_object **out)
{
    *out = NULL;
    for (uint32_t i = 0; key != IPC_PRIVATE && i < ids->size; i++) {
        if (!ids->slot[i] || ids->slot[i]->key != key)
            continue;
        if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
            return -EEXIST;
        *out = ids->slot[i];
        return ipc_permission(*out, flags & 0777);
    }
    return key == IPC_PRIVATE || (flags & IPC_CREAT) ? 0 : -ENOENT;
}

static int grow(struct ipc_ids *ids)
{
    uint32_t size = ids->size ? ids->size * 2 : SLOTS_START;
    struct ipc_object **slot;

    if (ids->size == ids->limit)
        return -ENOSPC;
    size = min_of(size, ids->limit);
    slot = heap_zalloc(size * sizeof(struct ipc_object *));
    if (!slot)
        return -ENOMEM;
    memcpy(slot, ids->slot ? (void *)ids->slot : (void *)slot, ids->size * sizeof *slot);
    heap_free(ids->slot);
    ids->slot = slot;
    ids->size = size;
    return 0;
}

static void find_last(struct ipc_ids *ids)
{
    ids->last_slot = -1;
    for (uint32_t i = 0; i < ids->size; i++)
        if (ids->slot[i])
            ids->last_slot = (int)i;
}

int ipc_add(struct ipc_ids *ids, struct ipc_object *object, int32_t key, uint32_t flags)
{
    const struct credentials *cred = &current()->process->cred;
    uint32_t slot = 0;
    int error = ids->used == ids->size ? grow(ids) : 0;

    if (error)
        return error;
    while (ids->slot[slot])
        slot++;
    ids->slot[slot] = object;
    ids->used++;
    find_last(ids);
    object->key = key;
    object->uid = object->cuid = cred->euid;
    object->gid = object->cgid = cred->egid;
    object->mode = flags & 0777;
    object->sequence = ids->next_sequence;
    /* A number is only given again after all its like. */
    ids->next_sequence = (uint16_t)((ids->next_sequence + 1) % SEQUENCE_LIMIT);
    object->id = (int)(object->sequence << SLOT_BITS | slot);
    return object->id;
}

void ipc_remove(struct ipc_ids *ids, struct ipc_object *object)
{
    ids->slot[(uint32_t)object->id & ((1u << SLOT_BITS) - 1)] = NULL;
    ids->used--;
    find_last(ids);
}

void ipc_fill(const struct ipc_object *object, struct ipc64_perm *out)
{
    out->key = object->key;
    out->uid = object->uid;
    out->gid = object->gid;
    out->cuid = object->cuid;
    out->cgid = object->cgid;
    out->mode = object->mode;
    out->seq = object->sequence;
}

void ipc_change(struct ipc_object *object, const struct ipc64_perm *wanted)
{
    object->uid = wanted->uid;
    object->gid = wanted->gid;
    object->mode = (object->mode & ~0777u) | (wanted->mode & 0777);
}

uint64_t ipc_seconds(void)
{
    return clock_realtime_ns() / 1000000000;
}
