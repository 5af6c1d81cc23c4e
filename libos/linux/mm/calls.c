/* SPDX-License-Identifier: MIT */
/* calls.c - the system calls about memory. */
#include "libos/linux/mm/space.h"
#include "libos/linux/mm/calls.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PROT_KNOWN                                                                                 \
    (PROT_ALL | 0x01000000 | 0x02000000 | 8) /* PROT_GROWSDOWN, PROT_GROWSUP, PROT_SEM */

static struct space *own(void)
{
    return current()->process->space;
}

/* 0 and the file to map, held; or the errno. */
static int map_file(uint64_t fd, uint64_t prot, uint64_t kind, struct file **out)
{
    struct file *file = fd_get((int)fd);
    int error = 0;

    if (!file)
        return -EBADF;
    uint32_t access = file->flags & 3;

    if (access == 1 || (kind != MAP_PRIVATE && prot & PROT_WRITE && access != 2))
        error = -EACCES;
    else if (!file->ops->page)
        error = -ENODEV;
    else if (kind != MAP_PRIVATE && prot & PROT_WRITE && file_write_sealed(file))
        error = -EPERM;
    if (error) {
        file_drop(file);
        return error;
    }
    *out = file;
    return 0;
}

/* Touches every page so that later accesses do not fault (MAP_POPULATE, mlock). */
static void populate(struct space *space, uint64_t address, uint64_t length)
{
    int signal;

    for (uint64_t a = address; a < address + length; a += PAGE_SIZE) {
        struct area *area = area_find(space, a);

        if (!area || !(area->prot & PROT_ALL))
            continue;
        uint64_t error = area->prot & PROT_WRITE && !(area->flags & AREA_SHARED) ? 2 : 0;

        if (!pte_read(a) && fault_resolve(space, a, error, &signal))
            return;
    }
}

int64_t lx_mmap(uint64_t address, uint64_t length, uint64_t prot, uint64_t flags, uint64_t fd,
                uint64_t offset)
{
    uint64_t kind = flags & MAP_TYPE;
    struct file *file = NULL;

    if (!length || offset & (PAGE_SIZE - 1) || kind < MAP_SHARED || kind > MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (length > USER_END)
        return -ENOMEM;
    length = page_up(length);
    if (offset > INT64_MAX - length)
        return -EOVERFLOW;
    if (flags & MAP_HUGETLB)
        return -ENOMEM; /* no huge pages are set aside, as on a default Linux */
    if (!(flags & MAP_ANONYMOUS)) {
        int error = map_file(fd, prot, kind, &file);

        if (error)
            return error;
    } else if (kind != MAP_PRIVATE) {
        file = shared_memory_file(length);
        if (!file)
            return -ENOMEM;
        offset = 0;
    }
    struct process *process = current()->process;
    int64_t result = -ENOMEM;

    if (process->rlimit[9].soft == UINT64_MAX || /* RLIMIT_AS */
        (own()->pages_mapped * PAGE_SIZE + length) <= process->rlimit[9].soft)
        result = space_map(own(), address, length, (uint32_t)prot & PROT_ALL,
                           ((uint32_t)flags & ~(uint32_t)MAP_TYPE) |
                               (kind == MAP_PRIVATE ? MAP_PRIVATE : MAP_SHARED),
                           file, offset);
    if (file)
        file_drop(file);
    if (result > 0 && flags & (MAP_POPULATE | MAP_LOCKED))
        populate(own(), (uint64_t)result, length);
    return result;
}

int64_t lx_munmap(uint64_t address, uint64_t length)
{
    if (address & (PAGE_SIZE - 1) || !length || address >= USER_END || length > USER_END - address)
        return -EINVAL;
    if (address < LIBOS_END && address + page_up(length) > LIBOS_START)
        return -EINVAL;
    return space_unmap(own(), address, length);
}

int64_t lx_mprotect(uint64_t address, uint64_t length, uint64_t prot)
{
    if (address & (PAGE_SIZE - 1) || prot & ~(uint64_t)PROT_KNOWN)
        return -EINVAL;
    if (!length)
        return 0;
    if (address >= USER_END || length > USER_END - address)
        return -ENOMEM;
    return space_protect(own(), address, length, (uint32_t)prot & PROT_ALL);
}

int64_t lx_brk(uint64_t address)
{
    struct space *space = own();
    uint64_t limit = current()->process->rlimit[2].soft; /* RLIMIT_DATA */

    if (address < space->brk_start || (limit != UINT64_MAX && address - space->brk_start > limit))
        return (int64_t)space->brk;
    uint64_t old = page_up(space->brk);
    uint64_t now = page_up(address);

    if (now > old) {
        uint32_t index = area_index(space, old);
        struct area area = {
            .start = old, .end = now, .prot = PROT_READ | PROT_WRITE, .flags = AREA_HEAP};

        if (now > LIBOS_START || (now - old) / PAGE_SIZE > frames_total() ||
            (index < space->count && space->area[index].start < now + PAGE_SIZE) ||
            area_insert(space, &area))
            return (int64_t)space->brk;
    } else if (now < old && space_unmap(space, now, old - now)) {
        return (int64_t)space->brk;
    }
    space->brk = address;
    return (int64_t)address;
}

/* --- mremap
 * ---------------------------------------------------------------------------------------- */

static int64_t remap_move(struct space *space, const struct area *old, uint64_t address,
                          uint64_t old_length, uint64_t new_length, uint64_t target, bool keep)
{
    struct area area = *old;

    area.offset += address - area.start;
    area.start = target;
    area.end = target + new_length;
    if (area.file)
        file_hold(area.file); /* *old may move or go */
    int error = area_insert(space, &area);

    if (!error)
        error = entries_move(space, address, min_of(old_length, new_length), target);
    if (!error && !keep)
        error = space_unmap(space, address, old_length);
    if (area.file)
        file_drop(area.file);
    return error ? error : (int64_t)target;
}

static int64_t remap_grow(struct space *space, struct area *area, uint64_t address,
                          uint64_t old_length, uint64_t new_length, uint64_t flags)
{
    uint64_t end = address + old_length;
    uint32_t index = area_index(space, end);

    if (!(area->flags & AREA_SHARED) && (new_length - old_length) / PAGE_SIZE > frames_total())
        return -ENOMEM;
    if (area->end == end && address + new_length <= space->mmap_top &&
        (index == space->count || space->area[index].start >= address + new_length)) {
        space->pages_mapped += (new_length - old_length) / PAGE_SIZE;
        area->end = address + new_length;
        return (int64_t)address;
    }
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    struct area copy = *area;
    uint64_t target = area_gap(space, 0, new_length);

    return target ? remap_move(space, &copy, address, old_length, new_length, target, false)
                  : -ENOMEM;
}

int64_t lx_mremap(uint64_t address, uint64_t old_length, uint64_t new_length, uint64_t flags,
                  uint64_t target)
{
    struct space *space = own();

    old_length = page_up(old_length);
    new_length = page_up(new_length);
    if (address & (PAGE_SIZE - 1) || !new_length || flags & ~7ul)
        return -EINVAL;
    if (flags & MREMAP_DONTUNMAP)
        return unimplemented(-EINVAL, "mremap MREMAP_DONTUNMAP");
    if (flags & MREMAP_FIXED && (!(flags & MREMAP_MAYMOVE) || target & (PAGE_SIZE - 1) ||
                                 target >= USER_END || new_length > USER_END - target ||
                                 (target < address + old_length && address < target + new_length)))
        return -EINVAL;
    struct area *area = area_find(space, address);

    if (!area || old_length > area->end - address)
        return -EFAULT;
    if (!old_length)
        return -EINVAL;
    if (flags & MREMAP_FIXED) {
        int error = space_unmap(space, target, new_length);

        area = area_find(space, address);
        if (error || !area)
            return error ? error : -EFAULT;
        struct area copy = *area;

        return remap_move(space, &copy, address, old_length, new_length, target, false);
    }
    if (new_length <= old_length) {
        int error = new_length < old_length
                        ? space_unmap(space, address + new_length, old_length - new_length)
                        : 0;

        return error ? error : (int64_t)address;
    }
    return remap_grow(space, area, address, old_length, new_length, flags);
}

/* --- Advice, locks, sync
 * ---------------------------------------------------------------------------- */

static int range_check(uint64_t address, uint64_t length)
{
    if (address & (PAGE_SIZE - 1))
        return -EINVAL;
    if (length > USER_END || address > USER_END - page_up(length))
        return -ENOMEM;
    return 0;
}

int64_t lx_madvise(uint64_t address, uint64_t length, uint64_t advice)
{
    struct space *space = own();
    int error = range_check(address, length);

    if (error)
        return error == -ENOMEM ? -EINVAL : error;
    uint64_t end = address + page_up(length);

    switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_MERGEABLE:
    case MADV_UNMERGEABLE:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_COLD:
    case MADV_PAGEOUT:
        break;
    case MADV_DONTNEED:
    case MADV_FREE:
        for (uint32_t i = area_index(space, address);
             !error && i < space->count && space->area[i].start < end; i++)
            error = pages_drop(space, max_of(space->area[i].start, address),
                               min_of(space->area[i].end, end));
        break;
    case MADV_DONTFORK:
    case MADV_DOFORK:
        error = area_cut(space, address, end);
        for (uint32_t i = area_index(space, address);
             !error && i < space->count && space->area[i].start < end; i++)
            space->area[i].flags = (space->area[i].flags & ~(uint32_t)AREA_NOFORK) |
                                   (advice == MADV_DONTFORK ? AREA_NOFORK : 0u);
        break;
    default:
        return -EINVAL;
    }
    if (error)
        return error;
    return area_covered(space, address, end) ? 0 : -ENOMEM;
}

int64_t lx_msync(uint64_t address, uint64_t length, uint64_t flags)
{
    int error = range_check(address, length);

    if (error)
        return error;
    if (flags & ~7ul || (flags & MS_ASYNC && flags & MS_SYNC))
        return -EINVAL;
    return area_covered(own(), address, address + page_up(length)) ? 0 : -ENOMEM;
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

int64_t lx_mlock(uint64_t address, uint64_t length)
{
    uint64_t start = page_down(address);
    uint64_t bytes = page_up(length + (address - start));

    if (range_check(start, bytes) || !area_covered(own(), start, start + bytes))
        return -ENOMEM;
    populate(own(), start, bytes); /* there is no swap: what is present stays */
    return 0;
}

int64_t lx_mlock2(uint64_t address, uint64_t length, uint64_t flags)
{
    if (flags & ~1ul)
        return -EINVAL;
    return flags ? 0 : lx_mlock(address, length);
}

int64_t lx_munlock(uint64_t address, uint64_t length)
{
    uint64_t start = page_down(address);
    uint64_t bytes = page_up(length + (address - start));

    return range_check(start, bytes) || !area_covered(own(), start, start + bytes) ? -ENOMEM : 0;
}

int64_t lx_mlockall(uint64_t flags)
{
    if (!flags || flags & ~7ul || flags == 4)
        return -EINVAL;
    return 0; /* there is no swap */
}

int64_t lx_munlockall(void)
{
    return 0;
}
