/* SPDX-License-Identifier: MIT */
/*
 * map.c - changing a space's areas: map, unmap, protect, move, brk; and the views of them.
 *
 * Every change keeps areas and entries in step: rights are taken from the entries before the area
 * forgets them.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/mm/calls.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/task.h"
#include "libos/linux/vdso/vdso.h"

/* Is anything left in these 2 MiB? index: of the first area behind a place in them that is free. */
static bool area_near(const struct space *space, uint32_t index, uint64_t region)
{
    return (index < space->count && space->area[index].start < region + SPAN_2) ||
           (index && space->area[index - 1].end > region);
}

/* Nothing is left in these 2 MiB: the table stays until the same happens elsewhere. */
static void table_spare(struct space *space, uint64_t region)
{
    uint64_t before = space->spare;

    space->spare = region;
    if (before && before != region)
        tables_leave_empty(space, before, before + SPAN_2);
}

int space_unmap(struct space *space, uint64_t address, uint64_t length)
{
    uint64_t end = address + page_up(length);

    if (!space->plain)
        address = max_of(address, SPAN_2); /* below are no areas but shared tables */
    uint32_t index = area_at(space, address);

    if (index == space->count || space->area[index].start >= end)
        return 0;
    int error = area_reserve(space, 2);

    if (!error)
        error = pages_drop(space, address, end);
    if (error)
        return error;
    for (; index < space->count && space->area[index].start < end; index++) {
        const struct area *area = &space->area[index];
        uint64_t low = max_of(area->start, address);
        bool rest = low > area->start;

        area_take_out(space, index, low, min_of(area->end, end));
        index -= !rest;
    }
    if ((address ^ (end - 1)) & ~(SPAN_2 - 1))
        tables_leave_empty(space, address, end);
    else if (!area_near(space, index, address & ~(SPAN_2 - 1)))
        table_spare(space, address & ~(SPAN_2 - 1));
    return 0;
}

static bool too_much(uint64_t length, uint32_t prot, uint32_t flags)
{
    return prot & PROT_WRITE && !(flags & (MAP_NORESERVE | MAP_SHARED)) &&
           length / PAGE_SIZE > frames_total();
}

int64_t space_map_plain(struct space *space, uint64_t bytes, uint32_t prot)
{
    uint64_t top = space->mmap_top;
    uint32_t index = area_at(space, top - 1);

    if (!index || index == space->count)
        return 0;
    struct area *area = &space->area[index];
    uint64_t end = area->start;
    uint64_t start = end - bytes;

    if (end > top || start <= max_of(area[-1].end, LIBOS_END) || start > end || area->file ||
        area->prot != prot || area->flags || bytes / PAGE_SIZE > frames_total())
        return 0;
    area->start = start;
    area->offset -= bytes;
    space->pages_mapped += bytes / PAGE_SIZE;
    return (int64_t)start;
}

int64_t space_map(struct space *space, uint64_t address, uint64_t length, uint32_t prot,
                  uint32_t flags, struct file *file, uint64_t offset)
{
    struct area area = {.file = file, .offset = offset, .prot = prot};
    uint32_t index;

    length = page_up(length);
    if (!length || length > USER_END || (!file && too_much(length, prot, flags)))
        return -ENOMEM;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (address & (PAGE_SIZE - 1))
            return -EINVAL;
        if (address >= USER_END || length > USER_END - address ||
            (address < LIBOS_END && address + length > LIBOS_START))
            return -ENOMEM;
        if (address < 0x1000)
            return -EPERM;
        index = area_index(space, address);
        if (flags & MAP_FIXED_NOREPLACE && index < space->count &&
            space->area[index].start < address + length)
            return -EEXIST;
        int error = space_unmap(space, address, length);

        if (error)
            return error;
        index = area_index(space, address);
    } else {
        address = area_gap(space, address, length, &index);
        if (!address)
            return -ENOMEM;
    }
    area.start = address;
    area.end = address + length;
    area.flags = (flags & MAP_SHARED ? AREA_SHARED : 0u) |
                 (flags & MAP_GROWSDOWN ? AREA_STACK : 0u) |
                 (flags & MAP_NORESERVE ? AREA_RESERVE : 0u) |
                 (flags & MAP_LOCKED ? AREA_LOCKED : 0u);
    int error = area_insert_at(space, index, &area);

    return error ? error : (int64_t)address;
}

/* What an entry becomes when its area gets another protection; 0: nothing is there until a fault. */
static uint64_t entry_protect(const struct area *area, uint64_t entry, uint32_t prot)
{
    bool writable = prot & PROT_WRITE && entry & EXO_PTE_WRITE;

    if (entry & PTE_VIEW)
        return 0;
    if (prot & PROT_WRITE && !writable && !(area->flags & AREA_SHARED))
        writable = frame_users(pte_frame(entry)) == 1; /* ours alone: no fault to come */
    return (entry & (EXO_PTE_FRAME | EXO_PTE_DIRTY)) | protection_bits(prot, writable);
}

/* Rewrites the present entries of a part of an area for another protection. */
static __attribute__((noinline)) int entries_protect(struct space *space, const struct area *area, uint64_t start,
                           uint64_t end, uint32_t prot)
{
    struct pt_batch batch;

    batch_start(&batch, space->root);
    for (uint64_t at = start, stop; at < end; at = stop) {
        bool present = table_known(space, at);

        if (present) {
            stop = min_of((at & ~(SPAN_2 - 1)) + SPAN_2, end);
        } else {
            stop = table_stretch(at, end, &present);
            if (!present)
                continue;
            if (table_shared(at)) {
                int error = table_own(space, at);

                if (error)
                    return error;
            }
            space->known = at / SPAN_2 + 1;
        }
        for (; at < stop; at += PAGE_SIZE) {
            uint64_t entry = pte_load(at) & ~(uint64_t)EXO_PTE_USER;

            if (!(entry & EXO_PTE_PRESENT))
                continue;
            uint64_t now = entry_protect(area, entry, prot);

            if (now == entry)
                continue;
            batch_add(&batch, at, 1, now);
            if (!now) {
                frame_drop(pte_frame(entry));
                space->resident--;
            }
        }
    }
    batch_flush(&batch);
    return 0;
}

/* The same for one page behind a table that is known; false: nothing was done. */
static inline bool entry_protect_one(struct space *space, const struct area *area, uint64_t page,
                                     uint32_t prot)
{
    uint64_t entry = pte_load(page) & ~(uint64_t)EXO_PTE_USER;
    uint64_t now = entry;

    if (entry & EXO_PTE_PRESENT)
        now = entry_protect(area, entry, prot);
    if (!now && entry)
        return false;
    if (now != entry)
        pte_set(space->root, page, now);
    return true;
}

/* [start, end) lies in the area at index. */
static inline int protect_within(struct space *space, uint32_t index, uint64_t start, uint64_t end,
                                 uint32_t prot)
{
    int error = area_reserve(space, 2);

    if (error)
        return error;
    const struct area *area = &space->area[index];

    if (area->flags & AREA_SHARED && area->file && prot & PROT_WRITE && area->file->inode &&
        (area->file->flags & 3) == 0)
        return -EACCES;
    if (area->prot == prot)
        return 0;
    if (!prot)
        error = park_pages(space, start, end);
    else if (end - start != PAGE_SIZE || !table_known(space, start) ||
             !entry_protect_one(space, area, start, prot))
        error = entries_protect(space, area, start, end, prot);
    if (!error)
        area_protect(space, index, start, end, prot);
    return error;
}

int space_protect(struct space *space, uint64_t address, uint64_t length, uint32_t prot)
{
    uint64_t end = address + page_up(length);
    uint32_t index = area_at(space, address);
    int error = 0;

    if (index < space->count && space->area[index].start <= address && end <= space->area[index].end)
        return protect_within(space, index, address, end, prot);
    if (!area_covered(space, address, end))
        return -ENOMEM;
    for (uint64_t at = address, stop; at < end && !error; at = stop) {
        index = area_index(space, at);
        stop = min_of(space->area[index].end, end);
        error = protect_within(space, index, at, stop, prot);
    }
    return error;
}

void space_set_brk(struct space *space, uint64_t start)
{
    space->brk_start = page_up(start);
    space->brk = space->brk_start;
}

int entries_move(struct space *space, uint64_t from, uint64_t bytes, uint64_t to)
{
    struct pte_walk walk = pte_walk_start(from, from + bytes);
    struct pt_batch batch;
    uint64_t reach = 0;
    uint64_t entry;
    int error = tables_own(space, from, from + bytes);

    if (error)
        return error;
    while ((entry = pte_next(&walk))) {
        uint64_t a = walk.at - PAGE_SIZE;
        uint64_t target = to + (a - from);

        batch_start(&batch, space->root);
        if (entry & PTE_VIEW) { /* its sites return to where they were: a fault decides anew */
            batch_add(&batch, a, 1, 0);
            batch_flush(&batch);
            frame_drop(pte_frame(entry));
            space->resident--;
            continue;
        }
        if (target >= reach) {
            if (tables_ensure(space, target, &batch)) {
                batch_flush(&batch);
                return -ENOMEM;
            }
            reach = (target & ~(SPAN_2 - 1)) + SPAN_2;
        }
        batch_add(&batch, target, 1, entry & ~(uint64_t)EXO_PTE_USER);
        batch_add(&batch, a, 1, 0);
        batch_flush(&batch);
    }
    if (space->parked_count)
        parked_move(space, from, bytes, to);
    return 0;
}

/* --- Views
 * ---------------------------------------------------------------------------------------- */

static const char *area_name(const struct area *area, char *buffer, size_t size)
{
    if (area->file) {
        if (area->start == vdso_address())
            return "[vdso]";
        if (area->start == VDSO_DATA_ADDRESS)
            return "[vvar]";
        if (!area->file->dentry)
            return "/dev/zero (deleted)";
        return dentry_path(area->file->dentry, buffer, size) < 0 ? "?" : buffer;
    }
    if (area->flags & AREA_STACK)
        return "[stack]";
    if (area->flags & AREA_HEAP)
        return "[heap]";
    return "";
}

static int area_text(const struct area *area, char *line, size_t size)
{
    char *path = heap_alloc(4096);

    if (!path)
        return -ENOMEM;
    struct stat stat = {0};

    if (area->file && area->file->inode)
        file_stat(area->file, &stat);
    const char *name = area_name(area, path, 4096);
    int length = format(line, size, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", (long)area->start,
                        (long)area->end, area->prot & PROT_READ ? 'r' : '-',
                        area->prot & PROT_WRITE ? 'w' : '-', area->prot & PROT_EXEC ? 'x' : '-',
                        area->flags & AREA_SHARED ? 's' : 'p',
                        (long)(area->file ? area->offset : 0), (unsigned)(stat.st_dev >> 8) & 0xff,
                        (unsigned)stat.st_dev & 0xff, (unsigned long)stat.st_ino);

    if (name[0])
        length +=
            format(line + length, size - (size_t)length, "%*s%s", max_of(73 - length, 0), "", name);
    length += format(line + length, size - (size_t)length, "\n");
    heap_free(path);
    return (int)min_of((size_t)length, size - 1);
}

int64_t space_maps_text(struct space *space, char *buffer, size_t size, uint64_t offset)
{
    char *line = heap_alloc(4400);
    uint64_t position = 0;
    size_t written = 0;

    if (!line)
        return -ENOMEM;
    for (uint32_t i = 0; space && i < space->count && written < size; i++) {
        int length = area_text(&space->area[i], line, 4400);

        if (length < 0)
            break;
        uint64_t skip = offset > position ? min_of(offset - position, (uint64_t)length) : 0;
        size_t take = min_of((size_t)length - skip, size - written);

        memcpy(buffer + written, line + skip, take);
        written += take;
        position += (uint64_t)length;
    }
    heap_free(line);
    return (int64_t)written;
}

void space_sizes(struct space *space, struct space_sizes *out)
{
    memset(out, 0, sizeof *out);
    for (uint32_t i = 0; i < space->count; i++) {
        const struct area *area = &space->area[i];
        uint64_t pages = (area->end - area->start) / PAGE_SIZE;

        out->total += pages;
        if (area->flags & AREA_STACK)
            out->stack += pages;
        if (area->file && area->prot & PROT_EXEC)
            out->text += pages;
        else if (!(area->flags & AREA_SHARED) && area->prot & PROT_WRITE)
            out->data += pages;
    }
    out->resident = space->resident;
}

bool space_maps_writable(struct inode *inode)
{
    list_for_each (node, &space_list) {
        const struct space *space = list_item(node, struct space, all);

        for (uint32_t i = 0; i < space->count; i++) {
            const struct area *area = &space->area[i];

            if (area->file && area->file->inode == inode && area->flags & AREA_SHARED &&
                (area->file->flags & 3) == 2 && !file_write_sealed(area->file))
                return true;
        }
    }
    return false;
}

void space_truncate_notify(struct inode *inode, uint64_t first_page)
{
    list_for_each (node, &space_list) {
        struct space *space = list_item(node, struct space, all);
        struct space *back = this_vcpu()->space;

        for (uint32_t i = 0; i < space->count; i++) {
            struct area *area = &space->area[i];
            uint64_t first = first_page * PAGE_SIZE;

            if (!area->file || area->file->inode != inode ||
                area->offset + (area->end - area->start) <= first)
                continue;
            space_switch(space);
            (void)pages_drop(
                space, first > area->offset ? area->start + (first - area->offset) : area->start,
                area->end);
        }
        space_switch(back);
    }
}
