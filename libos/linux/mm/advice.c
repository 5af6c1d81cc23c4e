/* SPDX-License-Identifier: MIT */
/*
 * advice.c - what programs say about their memory: madvise, locks in memory, protection keys.
 *
 * There is no swap, so a lock in memory changes no page's fate; limits, errors and what is counted are
 * Linux's all the same.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/mm/calls.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/pidfd.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/resource.h>
#include <linux/uio.h>

#define PROT_ALL     (PROT_READ | PROT_WRITE | PROT_EXEC)
#define VECTOR_LIMIT 1024

static struct space *own(void)
{
    return current()->process->space;
}

static int range_check(uint64_t address, uint64_t length)
{
    if (address & (PAGE_SIZE - 1))
        return -EINVAL;
    if (length > USER_END || address > USER_END - page_up(length))
        return -ENOMEM;
    return 0;
}

/* --- madvise --- */

static int pages_forget(struct space *space, const struct area *area, uint64_t start, uint64_t end,
                        bool lazily)
{
    if (area->flags & AREA_LOCKED)
        return -EINVAL;
    if (lazily && (area->file || area->flags & AREA_SHARED))
        return -EINVAL; /* MADV_FREE: private anonymous memory only */
    return pages_drop(space, start, end);
}

/* MADV_REMOVE: the file's pages go, too, and read as zeros afterwards. */
static int pages_remove(const struct area *area, uint64_t start, uint64_t end)
{
    uint64_t offset = area->offset + (start - area->start);
    struct inode *inode;

    if (area->flags & AREA_LOCKED || !area->file)
        return -EINVAL;
    if (!(area->flags & AREA_SHARED) || (area->file->flags & O_ACCMODE) != O_RDWR)
        return -EACCES;
    if (shared_memory_punch(area->file, offset, end - start))
        return 0;
    inode = area->file->inode;
    if (!inode || !is_regular(inode) || inode->ops)
        return -EINVAL;
    if (file_write_sealed(area->file))
        return -EPERM;
    pages_punch(inode, offset, offset + (end - start));
    return 0;
}

/* MADV_POPULATE_*: each page is there afterwards, or the error says why not. */
static int pages_populate(struct space *space, const struct area *area, uint64_t start,
                          uint64_t end, bool write)
{
    if (!(area->prot & (write ? PROT_WRITE : PROT_ALL)))
        return -EINVAL;
    for (uint64_t a = start; a < end; a += PAGE_SIZE) {
        uint64_t entry = pte_read(a);
        int signal;

        if ((entry & EXO_PTE_PRESENT) && (!write || entry & EXO_PTE_WRITE))
            continue;
        if (fault_resolve(space, a, (write ? 2u : 0u) | (entry & EXO_PTE_PRESENT ? 1u : 0u),
                          &signal))
            return signal == 7 /* SIGBUS */ ? -EFAULT : -ENOMEM;
        if (!(pte_read(a) & EXO_PTE_PRESENT))
            a -= PAGE_SIZE; /* memory was made free meanwhile: once more */
    }
    return 0;
}

/* One area's part of the range. flags that the advice sets or clears are the caller's business. */
static int advise(struct space *space, struct area *area, uint64_t start, uint64_t end,
                  uint64_t advice)
{
    switch (advice) {
    case MADV_DONTNEED:
    case MADV_FREE:
        return pages_forget(space, area, start, end, advice == MADV_FREE);
    case MADV_REMOVE:
        return pages_remove(area, start, end);
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE:
        return pages_populate(space, area, start, end, advice == MADV_POPULATE_WRITE);
    case MADV_COLD:
    case MADV_PAGEOUT:
        return area->flags & AREA_LOCKED ? -EINVAL : 0;
    case MADV_DONTFORK:
        area->flags |= AREA_NOFORK;
        return 0;
    case MADV_DOFORK:
        area->flags &= ~(uint32_t)AREA_NOFORK;
        return 0;
    case MADV_WIPEONFORK:
        if (area->file || area->flags & AREA_SHARED)
            return -EINVAL;
        area->flags |= AREA_WIPE;
        return 0;
    case MADV_KEEPONFORK:
        area->flags &= ~(uint32_t)AREA_WIPE;
        return 0;
    default:
        return 0; /* a hint */
    }
}

static bool advice_known(uint64_t advice)
{
    switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_DONTNEED:
    case MADV_FREE:
    case MADV_REMOVE:
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_MERGEABLE:
    case MADV_UNMERGEABLE:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_COLD:
    case MADV_PAGEOUT:
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE:
        return true;
    default:
        return false;
    }
}

static bool advice_splits(uint64_t advice)
{
    return advice == MADV_DONTFORK || advice == MADV_DOFORK || advice == MADV_WIPEONFORK ||
           advice == MADV_KEEPONFORK;
}

int64_t lx_madvise(uint64_t address, uint64_t length, uint64_t advice)
{
    struct space *space = own();
    uint64_t end = address + page_up(length);
    int error;

    if (!advice_known(advice) || range_check(address, length))
        return -EINVAL;
    error = advice_splits(advice) ? area_cut(space, address, end) : 0;
    /* Populating may make other areas' tables, never areas: the index stays right. */
    for (uint32_t i = area_index(space, address);
         !error && i < space->count && space->area[i].start < end; i++) {
        struct area area = space->area[i];

        if (area.file)
            file_hold(area.file);
        error = advise(space, advice_splits(advice) ? &space->area[i] : &area,
                       max_of(area.start, address), min_of(area.end, end), advice);
        if (area.file)
            file_drop(area.file);
    }
    if (advice_splits(advice))
        area_merge_around(space, address, end);
    if (error)
        return error;
    return area_covered(space, address, end) ? 0 : -ENOMEM;
}

int64_t lx_process_madvise(uint64_t pidfd, uint64_t vector, uint64_t count, uint64_t advice,
                           uint64_t flags)
{
    struct process *process;
    struct iovec part;
    int64_t total = 0;
    int error;

    if (flags || count > VECTOR_LIMIT)
        return -EINVAL;
    process = pidfd_process((int)pidfd, &error);
    if (!process)
        return error;
    if (advice != MADV_COLD && advice != MADV_PAGEOUT && advice != MADV_WILLNEED)
        return -EINVAL;
    if (!process_may_inspect(process) || !process->space)
        return process->space ? -EPERM : -ESRCH;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t start;

        if (copy_from_user(&part, vector + i * sizeof part, sizeof part))
            return total ? total : -EFAULT;
        start = (uint64_t)part.iov_base;
        error = range_check(start, part.iov_len);
        if (!error && !area_covered(process->space, start, start + page_up(part.iov_len)))
            error = -ENOMEM;
        if (error)
            return total ? total : error == -ENOMEM ? error : -EINVAL;
        total += (int64_t)part.iov_len;
    }
    return total; /* hints, and there is nothing to reclaim to */
}

/* --- Locks in memory --- */

uint64_t space_locked_pages(struct space *space)
{
    uint64_t pages = 0;

    for (uint32_t i = 0; space && i < space->count; i++)
        if (space->area[i].flags & AREA_LOCKED)
            pages += (space->area[i].end - space->area[i].start) / PAGE_SIZE;
    return pages;
}

int lock_allowed(uint64_t pages)
{
    uint64_t limit = current()->process->rlimit[RLIMIT_MEMLOCK].soft;

    if (capable(CAP_IPC_LOCK) || limit == UINT64_MAX)
        return 0;
    if (!limit)
        return -EPERM;
    return pages > limit / PAGE_SIZE ? -ENOMEM : 0;
}

static uint64_t unlocked_pages(struct space *space, uint64_t start, uint64_t end)
{
    uint64_t pages = 0;

    for (uint32_t i = area_index(space, start); i < space->count && space->area[i].start < end;
         i++) {
        const struct area *area = &space->area[i];

        if (!(area->flags & AREA_LOCKED))
            pages += (min_of(area->end, end) - max_of(area->start, start)) / PAGE_SIZE;
    }
    return pages;
}

/* Sets or clears the lock of what is mapped in the range; -ENOMEM with holes in it. */
static int lock_range(struct space *space, uint64_t start, uint64_t end, bool lock)
{
    int error = area_cut(space, start, end);

    if (error)
        return error;
    for (uint32_t i = area_index(space, start); i < space->count && space->area[i].start < end; i++)
        space->area[i].flags =
            (space->area[i].flags & ~(uint32_t)AREA_LOCKED) | (lock ? (uint32_t)AREA_LOCKED : 0u);
    error = area_covered(space, start, end) ? 0 : -ENOMEM;
    area_merge_around(space, start, end);
    return error;
}

static int64_t lock(uint64_t address, uint64_t length, bool populate)
{
    struct space *space = own();
    uint64_t start = page_down(address);
    uint64_t bytes = page_up(length + (address - start));
    int error = lock_allowed(0);

    if (error)
        return error;
    if (range_check(start, bytes)) /* a length that wraps is none: as on Linux */
        return -ENOMEM;
    error = lock_allowed(space_locked_pages(space) + unlocked_pages(space, start, start + bytes));
    if (!error && bytes)
        error = lock_range(space, start, start + bytes, true);
    if (!error && populate)
        space_populate(space, start, bytes);
    return error;
}

int64_t lx_mlock(uint64_t address, uint64_t length)
{
    return lock(address, length, true);
}

int64_t lx_mlock2(uint64_t address, uint64_t length, uint64_t flags)
{
    return flags & ~(uint64_t)MLOCK_ONFAULT ? -EINVAL : lock(address, length, !flags);
}

int64_t lx_munlock(uint64_t address, uint64_t length)
{
    uint64_t start = page_down(address);
    uint64_t bytes = page_up(length + (address - start));

    if (range_check(start, bytes))
        return -ENOMEM;
    return bytes ? lock_range(own(), start, start + bytes, false) : 0;
}

int64_t lx_mlockall(uint64_t flags)
{
    struct space *space = own();
    int error;

    if (!flags || flags & ~(uint64_t)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) ||
        flags == MCL_ONFAULT)
        return -EINVAL;
    error = lock_allowed(flags & MCL_CURRENT ? space->pages_mapped : 0);
    if (error)
        return error;
    space->lock_future = flags & MCL_FUTURE;
    for (uint32_t i = 0; flags & MCL_CURRENT && i < space->count; i++)
        space->area[i].flags |= AREA_LOCKED;
    for (uint32_t i = 0; flags & MCL_CURRENT && !(flags & MCL_ONFAULT) && i < space->count; i++)
        space_populate(space, space->area[i].start, space->area[i].end - space->area[i].start);
    return 0;
}

int64_t lx_munlockall(void)
{
    struct space *space = own();

    space->lock_future = false;
    for (uint32_t i = 0; i < space->count; i++)
        space->area[i].flags &= ~(uint32_t)AREA_LOCKED;
    area_merge_around(space, 0, USER_END);
    return 0;
}

/* --- msync, mincore --- */

static bool any_locked(struct space *space, uint64_t start, uint64_t end)
{
    for (uint32_t i = area_index(space, start); i < space->count && space->area[i].start < end; i++)
        if (space->area[i].flags & AREA_LOCKED)
            return true;
    return false;
}

int64_t lx_msync(uint64_t address, uint64_t length, uint64_t flags)
{
    uint64_t end = address + page_up(length);

    if (flags & ~(uint64_t)(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || address & (PAGE_SIZE - 1) ||
        (flags & MS_ASYNC && flags & MS_SYNC))
        return -EINVAL;
    if (range_check(address, length))
        return -ENOMEM;
    if (flags & MS_INVALIDATE && any_locked(own(), address, end))
        return -EBUSY;
    return area_covered(own(), address, end) ? 0 : -ENOMEM;
}

int64_t lx_mincore(uint64_t address, uint64_t length, uint64_t vector)
{
    int error = range_check(address, length);
    uint64_t end = address + page_up(length);

    if (error)
        return error;
    if (!area_covered(own(), address, end))
        return -ENOMEM;
    for (uint64_t a = address; a < end; a += PAGE_SIZE) {
        uint8_t present = pte_read(a) & EXO_PTE_PRESENT;

        if (copy_to_user(vector + (a - address) / PAGE_SIZE, &present, 1))
            return -EFAULT;
    }
    return 0;
}

/* --- Protection keys: none, as on a processor without them --- */

int64_t lx_pkey_alloc(uint64_t flags, uint64_t rights)
{
    return flags || rights & ~3ul ? -EINVAL : -ENOSPC;
}

int64_t lx_pkey_free(uint64_t key)
{
    (void)key;
    return -EINVAL;
}

int64_t lx_pkey_mprotect(uint64_t address, uint64_t length, uint64_t prot, uint64_t key)
{
    return (int)key == -1 ? lx_mprotect(address, length, prot) : -EINVAL;
}
