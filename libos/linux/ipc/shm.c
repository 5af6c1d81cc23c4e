/* SPDX-License-Identifier: MIT */
/*
 * shm.c - System V shared memory.
 *
 * A segment is memory behind an open file (mm/shared.c). Each shmat makes a file of its own for it, which
 * the mapped areas hold: splitting an area and fork add holds, unmapping and exit drop them, so the number
 * of attaches is the sum of these counts. A segment that was removed lives until the last of them ends.
 */
#include "libos/linux/ipc/ids.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/mm/calls.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <limits.h>
#include <linux/shm.h>

#define SHM_DEST    01000 /* mode: to be removed */
#define SHM_LOCKED  02000
#define SEGMENT_MAX (1ul << 46) /* bytes; Linux allows more, and nobody could map it */

struct shm {
    struct ipc_object object; /* first */
    uint64_t bytes;           /* as asked for */
    struct file *memory;
    struct inode *inode; /* of all its attaches: futexes in it are the same for all */
    struct list attaches;
    uint64_t attach_time, detach_time, change_time;
    int creator, last;
    bool removed;
};

struct attach {
    struct list node; /* in shm->attaches */
    struct shm *shm;
    struct file *file;
};

static struct ipc_ids ids = {.limit = SHMMNI, .last_slot = -1};

static uint64_t attach_count(const struct shm *shm)
{
    uint64_t count = 0;

    list_for_each (node, &shm->attaches)
        count += list_item(node, struct attach, node)->file->count;
    return count;
}

static void shm_end(struct shm *shm)
{
    ipc_remove(&ids, &shm->object);
    file_drop(shm->memory);
    inode_drop(shm->inode);
    heap_free(shm);
}

static int attach_page(struct file *file, uint64_t index, bool write, frame_t *out)
{
    struct attach *attach = file->state;

    return attach->shm->memory->ops->page(attach->shm->memory, index, write, out);
}

static void attach_release(struct file *file)
{
    struct attach *attach = file->state;
    struct shm *shm = attach->shm;

    list_remove(&attach->node);
    heap_free(attach);
    shm->detach_time = ipc_seconds();
    shm->last = current()->process->pid;
    if (shm->removed && list_empty(&shm->attaches))
        shm_end(shm);
}

static const struct file_ops attach_ops = {.page = attach_page, .release = attach_release};

/* --- shmget --- */

static int64_t shm_make(int32_t key, uint64_t bytes, uint32_t flags)
{
    struct shm *shm;
    int id;

    if (!bytes || bytes > SEGMENT_MAX)
        return -EINVAL;
    if (flags & SHM_HUGETLB)
        return unimplemented(-ENOMEM, "shmget flag SHM_HUGETLB: there are no huge pages");
    if (page_up(bytes) / PAGE_SIZE > frames_total())
        return -ENOMEM;
    shm = heap_zalloc(sizeof *shm);
    if (!shm)
        return -ENOMEM;
    list_init(&shm->attaches);
    shm->memory = shared_memory_file(page_up(bytes));
    shm->inode = inode_anonymous(S_IFREG | 0600, 0, NULL, NULL);
    id = shm->memory && shm->inode ? ipc_add(&ids, &shm->object, key, flags) : -ENOMEM;
    if (id < 0) {
        if (shm->memory)
            file_drop(shm->memory);
        inode_drop(shm->inode);
        heap_free(shm);
        return id;
    }
    shm->bytes = bytes;
    shm->inode->size = bytes;
    shm->creator = current()->process->pid;
    shm->change_time = ipc_seconds();
    return id;
}

int64_t lx_shmget(uint64_t key, uint64_t bytes, uint64_t flags)
{
    struct ipc_object *found;
    int error = ipc_get(&ids, (int32_t)key, (uint32_t)flags, &found);

    if (error)
        return error;
    if (!found)
        return shm_make((int32_t)key, bytes, (uint32_t)flags);
    return ((struct shm *)found)->bytes < bytes ? -EINVAL : found->id;
}

/* --- shmat, shmdt --- */

static struct file *attach_file(struct shm *shm, bool writes)
{
    struct attach *attach = heap_zalloc(sizeof *attach);
    struct file *file = attach ? file_new(&attach_ops, writes ? O_RDWR : O_RDONLY) : NULL;
    char name[32];

    if (!file) {
        heap_free(attach);
        return NULL;
    }
    format(name, sizeof name, "/SYSV%08x (deleted)", (unsigned)shm->object.key);
    inode_hold(shm->inode);
    file->dentry = dentry_nameless(name, shm->inode);
    if (!file->dentry) {
        heap_free(attach);
        file->ops = NULL;
        file_drop(file);
        return NULL;
    }
    inode_hold(shm->inode);
    file->inode = shm->inode;
    file->state = attach;
    attach->file = file;
    attach->shm = shm;
    list_add_tail(&shm->attaches, &attach->node);
    return file;
}

/* Where it goes: 0 for anywhere. */
static int attach_place(uint64_t *address, uint64_t bytes, uint64_t flags)
{
    struct space *space = current()->process->space;
    uint32_t index;

    if (!*address)
        return flags & SHM_REMAP ? -EINVAL : 0;
    if (*address & (PAGE_SIZE - 1)) {
        if (!(flags & SHM_RND))
            return -EINVAL;
        *address = page_down(*address);
        if (!*address && (flags & SHM_REMAP))
            return -EINVAL;
    }
    if (flags & SHM_REMAP)
        return 0;
    index = area_index(space, *address);
    return index < space->count && space->area[index].start < *address + page_up(bytes) ? -EINVAL
                                                                                        : 0;
}

int64_t lx_shmat(uint64_t id, uint64_t address, uint64_t flags)
{
    struct process *process = current()->process;
    struct shm *shm = (struct shm *)ipc_lookup(&ids, (int)id);
    bool writes = !(flags & SHM_RDONLY);
    uint32_t prot = PROT_READ | (writes ? PROT_WRITE : 0u) | (flags & SHM_EXEC ? PROT_EXEC : 0u);
    struct file *file;
    int64_t result;

    if (!shm)
        return -EINVAL;
    result = ipc_permission(&shm->object, writes ? 0666 : 0444);
    if (!result)
        result = attach_place(&address, shm->bytes, flags);
    if (result)
        return result;
    if (process->rlimit[9].soft != UINT64_MAX && /* RLIMIT_AS */
        process->space->pages_mapped * PAGE_SIZE + page_up(shm->bytes) > process->rlimit[9].soft)
        return -ENOMEM;
    file = attach_file(shm, writes);
    if (!file)
        return -ENOMEM;
    result = space_map(process->space, address, page_up(shm->bytes), protection_asked(prot),
                       MAP_SHARED | (address ? MAP_FIXED : 0u), file, 0);
    if (result > 0) {
        shm->attach_time = ipc_seconds();
        shm->last = process->pid;
    }
    file_drop(file);
    return result;
}

int64_t lx_shmdt(uint64_t address)
{
    struct space *space = current()->process->space;
    struct area *area = address & (PAGE_SIZE - 1) ? NULL : area_find(space, address);
    struct file *file;
    int error = 0;

    if (!area || area->start != address || !area->file || area->file->ops != &attach_ops ||
        area->offset)
        return -EINVAL;
    file = area->file;
    file_hold(file);
    /* All that is left of this attach, wherever a program has cut holes into it. */
    uint64_t end = address + page_up(((struct attach *)file->state)->shm->bytes);

    for (uint32_t i = area_index(space, address);
         !error && i < space->count && space->area[i].start < end;) {
        struct area part = space->area[i];

        if (part.file != file || part.start - part.offset != address) {
            i++;
            continue;
        }
        error = space_unmap(space, part.start, min_of(part.end, end) - part.start);
        i = area_index(space, part.end);
    }
    ((struct attach *)file->state)->shm->last = current()->process->pid;
    ((struct attach *)file->state)->shm->detach_time = ipc_seconds();
    file_drop(file);
    return error;
}

/* --- shmctl --- */

static int64_t shm_stat(struct shm *shm, uaddr_t to, int64_t result)
{
    struct shmid64_ds out = {0};

    ipc_fill(&shm->object, &out.shm_perm);
    out.shm_segsz = shm->bytes;
    out.shm_atime = (long)shm->attach_time;
    out.shm_dtime = (long)shm->detach_time;
    out.shm_ctime = (long)shm->change_time;
    out.shm_cpid = shm->creator;
    out.shm_lpid = shm->last;
    out.shm_nattch = attach_count(shm);
    return copy_to_user(to, &out, sizeof out) ? -EFAULT : result;
}

static int64_t shm_set(struct shm *shm, uaddr_t from)
{
    struct shmid64_ds wanted;
    int error = copy_from_user(&wanted, from, sizeof wanted);

    if (!error)
        error = ipc_owner(&shm->object);
    if (!error) {
        ipc_change(&shm->object, &wanted.shm_perm);
        shm->change_time = ipc_seconds();
    }
    return error;
}

static int64_t shm_remove(struct shm *shm)
{
    int error = ipc_owner(&shm->object);

    if (error)
        return error;
    shm->removed = true;
    shm->object.key = IPC_PRIVATE;
    shm->object.mode |= SHM_DEST;
    if (list_empty(&shm->attaches))
        shm_end(shm);
    return 0;
}

static int64_t shm_limits(uaddr_t to)
{
    struct shminfo64 out = {
        .shmmax = SHMMAX, .shmmin = SHMMIN, .shmmni = SHMMNI, .shmseg = SHMSEG, .shmall = SHMALL};

    return copy_to_user(to, &out, sizeof out) ? -EFAULT : max_of(ids.last_slot, 0);
}

static int64_t shm_usage(uaddr_t to)
{
    struct shm_info out = {.used_ids = (int)ids.used};

    for (uint32_t i = 0; i < ids.size; i++)
        if (ids.slot[i])
            out.shm_tot += page_up(((struct shm *)ids.slot[i])->bytes) / PAGE_SIZE;
    out.shm_rss = out.shm_tot;
    return copy_to_user(to, &out, sizeof out) ? -EFAULT : max_of(ids.last_slot, 0);
}

int64_t lx_shmctl(uint64_t id, uint64_t command, uint64_t buffer)
{
    struct shm *shm;

    if ((int)id < 0)
        return -EINVAL;
    if (command == IPC_INFO || command == SHM_INFO)
        return command == IPC_INFO ? shm_limits(buffer) : shm_usage(buffer);
    if (command == SHM_STAT || command == SHM_STAT_ANY)
        shm = (struct shm *)ipc_by_slot(&ids, (uint32_t)id);
    else
        shm = (struct shm *)ipc_lookup(&ids, (int)id);
    switch ((int)command) {
    case IPC_STAT:
    case SHM_STAT:
    case SHM_STAT_ANY:
        if (!shm)
            return -EINVAL;
        if (command != SHM_STAT_ANY && ipc_permission(&shm->object, 0444))
            return -EACCES;
        return shm_stat(shm, buffer, command == IPC_STAT ? 0 : shm->object.id);
    case IPC_SET:
        return shm ? shm_set(shm, buffer) : -EINVAL;
    case IPC_RMID:
        return shm ? shm_remove(shm) : -EINVAL;
    case SHM_LOCK:
    case SHM_UNLOCK: /* there is no swap: a lock changes the mode bit and nothing else */
        if (!shm)
            return -EINVAL;
        if (ipc_owner(&shm->object))
            return -EPERM;
        shm->object.mode =
            (shm->object.mode & ~(uint32_t)SHM_LOCKED) | (command == SHM_LOCK ? SHM_LOCKED : 0u);
        return 0;
    default:
        return -EINVAL;
    }
}

int shm_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text,
             "       key      shmid perms                  size  cpid  lpid nattch   uid   gid"
             "  cuid  cgid      atime      dtime      ctime                   rss"
             "                  swap\n");
    for (uint32_t i = 0; i < ids.size; i++) {
        const struct shm *shm = (const struct shm *)ids.slot[i];

        if (!shm)
            continue;
        text_add(
            text,
            "%10d %10d  %4o %21lu %5d %5d  %5lu %5u %5u %5u %5u %10lu %10lu %10lu %21lu %21d\n",
            shm->object.key, shm->object.id, shm->object.mode, (unsigned long)shm->bytes,
            shm->creator, shm->last, (unsigned long)attach_count(shm), shm->object.uid,
            shm->object.gid, shm->object.cuid, shm->object.cgid, (unsigned long)shm->attach_time,
            (unsigned long)shm->detach_time, (unsigned long)shm->change_time,
            (unsigned long)page_up(shm->bytes), 0);
    }
    return 0;
}
