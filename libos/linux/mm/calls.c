/* SPDX-License-Identifier: MIT */
/* calls.c - the system calls about memory. */
#include "libos/linux/mm/space.h"
#include "libos/linux/mm/calls.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/personality.h>
#include <linux/resource.h>

/* What MAP_SHARED_VALIDATE lets pass: the flags of old, which other kinds of mapping ignore. */
#define MAP_KNOWN                                                                                  \
    (MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | MAP_DENYWRITE |            \
     MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK |       \
     MAP_HUGETLB | MAP_FIXED_NOREPLACE | MAP_UNINITIALIZED)
#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PROT_KNOWN                                                                                 \
    (PROT_ALL | 0x01000000 | 0x02000000 | 8) /* PROT_GROWSDOWN, PROT_GROWSUP, PROT_SEM */

static struct space *own(void)
{
    return current()->process->space;
}

uint32_t protection_asked(uint64_t prot)
{
    bool adds = prot & PROT_READ && current()->process->personality & READ_IMPLIES_EXEC;

    return ((uint32_t)prot & PROT_ALL) | (adds ? PROT_EXEC : 0u);
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

void space_populate(struct space *space, uint64_t address, uint64_t length)
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

/* RLIMIT_AS, and for private writable memory RLIMIT_DATA: may so many bytes be added? */
static bool growth_allowed(uint64_t bytes, bool is_data)
{
    const struct process *process = current()->process;
    uint64_t limit = process->rlimit[RLIMIT_AS].soft;
    struct space_sizes sizes;

    if (limit != UINT64_MAX && own()->pages_mapped * PAGE_SIZE + bytes > limit)
        return false;
    limit = process->rlimit[RLIMIT_DATA].soft;
    if (limit == UINT64_MAX || !is_data)
        return true;
    space_sizes(own(), &sizes);
    return sizes.data * PAGE_SIZE + bytes <= limit;
}

int64_t lx_mmap(uint64_t address, uint64_t length, uint64_t prot, uint64_t flags, uint64_t fd,
                uint64_t offset)
{
    uint64_t kind = flags & MAP_TYPE;
    struct file *file = NULL;

    /* What allocators and threads ask for. */
    if (flags == (MAP_PRIVATE | MAP_ANONYMOUS) && length && length <= USER_END && !offset &&
        !own()->lock_future) {
        const struct process *process = current()->process;

        if (!address && process->rlimit[RLIMIT_AS].soft == UINT64_MAX &&
            process->rlimit[RLIMIT_DATA].soft == UINT64_MAX) {
            int64_t at = space_map_plain(process->space, page_up(length), protection_asked(prot));

            if (at)
                return at;
        }
        return growth_allowed(page_up(length), prot & PROT_WRITE)
                   ? space_map(own(), address, length, protection_asked(prot),
                               MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0)
                   : -ENOMEM;
    }
    if (!length || offset & (PAGE_SIZE - 1) || kind < MAP_SHARED || kind > MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (length > USER_END)
        return -ENOMEM;
    length = page_up(length);
    if (offset > INT64_MAX - length)
        return -EOVERFLOW;
    if (flags & MAP_HUGETLB)
        return -ENOMEM; /* no huge pages are set aside, as on a default Linux */
    if (flags & MAP_LOCKED && lock_allowed(0))
        return -EPERM;
    if (!(flags & MAP_ANONYMOUS) && kind == MAP_SHARED_VALIDATE && flags & ~(uint64_t)MAP_KNOWN)
        return -EOPNOTSUPP; /* MAP_SYNC is one of these */
    if (flags & MAP_ANONYMOUS && kind == MAP_SHARED_VALIDATE)
        return -EINVAL;
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
    int64_t result = -ENOMEM;
    bool locks = flags & MAP_LOCKED || own()->lock_future;

    if (flags & MAP_32BIT && !(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
        address = area_gap_low(own(), address, length);
    if (flags & MAP_32BIT && !address)
        result = -ENOMEM;
    else if (locks && lock_allowed(space_locked_pages(own()) + length / PAGE_SIZE))
        result = -EAGAIN;
    else if (growth_allowed(length, kind == MAP_PRIVATE && prot & PROT_WRITE))
        result = space_map(own(), address, length, protection_asked(prot),
                           ((uint32_t)flags & ~(uint32_t)(MAP_TYPE | MAP_LOCKED)) |
                               (locks ? MAP_LOCKED : 0u) |
                               (kind == MAP_PRIVATE ? MAP_PRIVATE : MAP_SHARED),
                           file, offset);
    if (file)
        file_drop(file);
    if (result > 0 && (locks || flags & MAP_POPULATE))
        space_populate(own(), (uint64_t)result, length);
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
    uint64_t grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);

    if (address & (PAGE_SIZE - 1) || prot & ~(uint64_t)PROT_KNOWN ||
        grows == (PROT_GROWSDOWN | PROT_GROWSUP))
        return -EINVAL;
    if (!length)
        return 0;
    if (address >= USER_END || length > USER_END - address)
        return -ENOMEM;
    if (grows) { /* from the start of a stack; nothing grows upwards on x86 */
        const struct area *area = area_find(own(), address);

        if (!area)
            return -ENOMEM;
        if (grows == PROT_GROWSUP || !(area->flags & AREA_STACK))
            return -EINVAL;
        length += address - area->start;
        address = area->start;
    }
    return space_protect(own(), address, length, protection_asked(prot));
}

int64_t lx_brk(uint64_t address)
{
    struct space *space = own();
    uint64_t limit = current()->process->rlimit[RLIMIT_DATA].soft;

    if (address < space->brk_start || (limit != UINT64_MAX && address - space->brk_start > limit))
        return (int64_t)space->brk;
    if (page_up(address) > page_up(space->brk) &&
        !growth_allowed(page_up(address) - page_up(space->brk), true))
        return (int64_t)space->brk;
    uint64_t old = page_up(space->brk);
    uint64_t now = page_up(address);

    if (now > old) {
        uint32_t index = area_index(space, old);
        struct area area = {.start = old,
                            .end = now,
                            .prot = protection_asked(PROT_READ | PROT_WRITE),
                            .flags = AREA_HEAP};

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

    if (!error && old_length)
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
    if (!growth_allowed(new_length - old_length, false))
        return -ENOMEM;
    if (area->flags & AREA_LOCKED &&
        lock_allowed(space_locked_pages(space) + (new_length - old_length) / PAGE_SIZE))
        return -EAGAIN;
    if (area->end == end && address + new_length <= space->mmap_top &&
        (index == space->count || space->area[index].start >= address + new_length)) {
        space->pages_mapped += (new_length - old_length) / PAGE_SIZE;
        area->end = address + new_length;
        return (int64_t)address;
    }
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    struct area copy = *area;
    uint64_t target = area_gap(space, 0, new_length, &index);

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
    bool keep = flags & MREMAP_DONTUNMAP;

    if (keep && (!(flags & MREMAP_MAYMOVE) || old_length != new_length))
        return -EINVAL;
    if (flags & MREMAP_FIXED && (!(flags & MREMAP_MAYMOVE) || target & (PAGE_SIZE - 1) ||
                                 target >= USER_END || new_length > USER_END - target ||
                                 (target < address + old_length && address < target + new_length)))
        return -EINVAL;
    struct area *area = area_find(space, address);

    if (!area || old_length > area->end - address)
        return -EFAULT;
    if (!old_length && !(area->flags & AREA_SHARED))
        return -EINVAL; /* of a shared mapping: a second view of it */
    if (!old_length && !(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    if (keep && !growth_allowed(new_length, false))
        return -ENOMEM;
    if (flags & MREMAP_FIXED) {
        int error = space_unmap(space, target, new_length);

        area = area_find(space, address);
        if (error || !area)
            return error ? error : -EFAULT;
        struct area copy = *area;

        return remap_move(space, &copy, address, old_length, new_length, target,
                          keep || !old_length);
    }
    if (keep || !old_length) {
        struct area copy = *area;

        target = area_gap(space, 0, new_length, &(uint32_t){0});
        return target ? remap_move(space, &copy, address, old_length, new_length, target, true)
                      : -ENOMEM;
    }
    if (new_length <= old_length) {
        int error = new_length < old_length
                        ? space_unmap(space, address + new_length, old_length - new_length)
                        : 0;

        return error ? error : (int64_t)address;
    }
    return remap_grow(space, area, address, old_length, new_length, flags);
}

/* Shows another part of the file that is mapped there: what Linux has made of this call, too. */
int64_t lx_remap_file_pages(uint64_t address, uint64_t length, uint64_t prot, uint64_t page,
                            uint64_t flags)
{
    struct space *space = own();
    struct area *area;
    int64_t result;

    address = page_down(address);
    length = page_down(length);
    if (prot || !length || address + length <= address ||
        page + length / PAGE_SIZE < page || page >= UINT64_MAX / PAGE_SIZE)
        return -EINVAL;
    area = area_find(space, address);
    if (!area || !area->file || !(area->flags & AREA_SHARED) || address + length > area->end)
        return -EINVAL;
    struct file *file = area->file;
    uint32_t rights = area->prot;

    (void)flags; /* MAP_NONBLOCK: a hint */
    file_hold(file);
    result = space_map(space, address, length, rights, MAP_SHARED | MAP_FIXED, file,
                       page * PAGE_SIZE);
    file_drop(file);
    return result < 0 ? result : 0;
}
