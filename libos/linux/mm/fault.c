/* SPDX-License-Identifier: MIT */
/*
 * fault.c - page faults: which page belongs where.
 *
 * Anonymous pages are zeroed frames; private file pages are the file's own frames, read-only, until
 * the first write copies them; shared pages are the file's frames. A frame with one user in a
 * private area is made writable in place.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/mm/oom.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/task.h"
#include "libos/linux/vcpu.h"

#define FAULT_PRESENT 1
#define FAULT_WRITE   2
#define FAULT_FETCH   16
#define FAULT_KEY     32
#define SIGNAL_KILL   9
#define SIGNAL_BUS    7
#define SIGNAL_SEGV   11
#define AHEAD_BYTES   (4 * PAGE_SIZE)
#define AROUND_PAGES  16 /* file pages mapped by one fault, aligned */

/* A stack grows when the access is below it, within the limit and not into its neighbour. */
static struct area *stack_grow(struct space *space, uint64_t address)
{
    uint32_t index = area_index(space, address);

    if (index == space->count || !(space->area[index].flags & AREA_STACK))
        return NULL;
    struct area *area = &space->area[index];
    uint64_t start = page_down(address);
    uint64_t limit = current()->process->rlimit[3].soft; /* RLIMIT_STACK */

    if (area->end - start > limit)
        return NULL;
    if (index && start < space->area[index - 1].end + MAP_GUARD_BYTES)
        return NULL;
    space->pages_mapped += (area->start - start) / PAGE_SIZE;
    area->start = start;
    return area;
}

/* 0: another process gave its memory; the access is made again. */
static int out_of_memory(int *signal)
{
    if (oom_reclaim())
        return 0;
    *signal = SIGNAL_KILL;
    return SI_KERNEL;
}

/* What was in the page is lost: the process cannot go on. */
static int page_lost(int *signal)
{
    log_line("out of memory: pid %d has lost a page and is killed (raise --memory)",
             current()->process->pid);
    *signal = SIGNAL_KILL;
    return SI_KERNEL;
}

/* init took the page by force: reclaim.c was too slow, or there was nothing else. */
static int page_taken(int *signal)
{
    log_line("memory: pid %d has lost a page that was taken by force, and is killed",
             current()->process->pid);
    *signal = SIGNAL_KILL;
    return SI_KERNEL;
}

static int map_page(struct space *space, uint64_t page, frame_t frame, uint64_t bits)
{
    struct pt_batch batch;

    if (table_known(space, page)) {
        pte_set(space->root, page, frame << EXO_PAGE_SHIFT | bits);
        return 0;
    }
    batch_start(&batch, space->root);
    int error = tables_ensure(space, page, &batch);

    if (!error)
        batch_add(&batch, page, 1, frame << EXO_PAGE_SHIFT | bits);
    batch_flush(&batch);
    return error;
}

/* A program that goes through its memory page by page gets the next ones with the same fault. */
static void anonymous_ahead(struct space *space, struct area *area, uint64_t page, uint64_t bits,
                            struct pt_batch *batch)
{
    uint64_t end = min_of((page & ~(AHEAD_BYTES - 1)) + AHEAD_BYTES, area->end);

    if (page == area->start || !(page & (SPAN_2 - 1)) || table_depth(page) > 1 ||
        !(pte_load(page - PAGE_SIZE) & EXO_PTE_PRESENT) || frames_available() < frames_total() / 8)
        return;
    for (uint64_t a = page + PAGE_SIZE; a < end && !pte_load(a); a += PAGE_SIZE) {
        frame_t frame = frame_alloc_zeroed();

        if (frame == NO_FRAME)
            return;
        batch_add(batch, a, 1, frame << EXO_PAGE_SHIFT | bits);
        space->resident++;
    }
}

static int fault_anonymous(struct space *space, struct area *area, uint64_t page, int *signal)
{
    frame_t frame = space->parked_count ? parked_take(space, page) : NO_FRAME;
    bool parked = frame != NO_FRAME;
    bool writable = area->prot & PROT_WRITE;
    struct pt_batch batch;

    if (frame != NO_FRAME) {
        space->resident--; /* counted again below */
        writable = writable && frame_users(frame) == 1;
    } else {
        frame = frame_alloc_zeroed();
    }
    if (frame == NO_FRAME)
        return out_of_memory(signal);
    uint64_t bits = area_bits(area, writable) | (writable ? EXO_PTE_DIRTY : 0);

    batch_start(&batch, space->root);
    int error = tables_ensure(space, page, &batch);

    if (error) {
        batch_flush(&batch);
        frame_drop(frame);
        return parked ? page_lost(signal) : out_of_memory(signal);
    }
    batch_add(&batch, page, 1, frame << EXO_PAGE_SHIFT | bits);
    space->resident++;
    if (writable && !space->parked_count)
        anonymous_ahead(space, area, page, bits, &batch);
    batch_flush(&batch);
    return 0;
}

enum page_source { FROM_ENTRY, FROM_FILE, FROM_PARKED };

/* Copies `from` (or takes it as it is when this mapping is its only user) and maps it writable. */
static int copy_page(struct space *space, struct area *area, uint64_t page, frame_t from,
                     enum page_source source_kind, int *signal)
{
    frame_t frame = from;
    bool mapped = source_kind == FROM_ENTRY;

    if (frame_users(from) != 1) {
        frame = frames_alloc(0);
        if (frame == NO_FRAME) {
            if (!mapped)
                frame_drop(from);
            return source_kind == FROM_PARKED ? page_lost(signal) : out_of_memory(signal);
        }
        const void *source = frame_address(from);
        void *target = frame_address(frame);
        uint64_t words = PAGE_SIZE / 8;

        __asm__ volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(words) : : "memory");
        frame_drop(from);
    }
    if (map_page(space, page, frame, area_bits(area, true) | EXO_PTE_DIRTY)) {
        frame_drop(frame);
        return page_lost(signal);
    }
    if (!mapped)
        space->resident++;
    /* Not before: until now another CPU could read the old page. */
    if (frame != from && area->file && area->file->inode)
        pages_release(area->file->inode, (area->offset + (page - area->start)) / PAGE_SIZE);
    return 0;
}

/* Maps the present neighbours of a file page that was read, so that a program's start takes few
 * faults. */
static void fault_around(struct space *space, struct area *area, uint64_t page,
                         struct pt_batch *batch)
{
    uint64_t span = AROUND_PAGES * PAGE_SIZE;
    uint64_t start = max_of(page & ~(span - 1), area->start);
    uint64_t end = min_of((page & ~(span - 1)) + span, area->end);
    bool fresh = table_depth(page) > 1; /* the table is linked by this very batch: it is empty */
    uint64_t bits = area_bits(area, false);
    frame_t frame[AROUND_PAGES];
    uint64_t view[AROUND_PAGES];
    uint32_t count = (uint32_t)((end - start) / PAGE_SIZE);

    if (space->parked_count || !area->file->inode || !is_regular(area->file->inode))
        return;
    pages_run(area->file->inode, (area->offset + (start - area->start)) / PAGE_SIZE, count, frame);
    rewrite_views(space, area, start, count, frame, view);
    frame[(page - start) / PAGE_SIZE] = NO_FRAME;
    const volatile uint64_t *entry = fresh ? NULL : pte_table(start) + start / PAGE_SIZE % 512;

    for (uint32_t i = 0; i < count; i++) {
        if (frame[i] == NO_FRAME || (entry && entry[i]))
            continue;
        frame_hold(frame[i]);
        batch_add(batch, start + i * PAGE_SIZE, 1, frame[i] << EXO_PAGE_SHIFT | bits | view[i]);
        space->resident++;
    }
}

static int fault_file(struct space *space, struct area *area, uint64_t page, bool write,
                      int *signal)
{
    bool shared = area->flags & AREA_SHARED;
    uint64_t index = (area->offset + (page - area->start)) / PAGE_SIZE;
    frame_t frame = space->parked_count ? parked_take(space, page) : NO_FRAME;
    bool parked = frame != NO_FRAME;
    int error = 0;

    if (parked)
        space->resident--;
    else
        error = area->file->ops->page(area->file, index, write && shared, &frame);
    if (error == -ENOMEM)
        return out_of_memory(signal);
    if (error) {
        *signal = SIGNAL_BUS;
        return BUS_ADRERR;
    }
    if (write && !shared)
        return copy_page(space, area, page, frame, parked ? FROM_PARKED : FROM_FILE, signal);
    struct pt_batch batch;

    batch_start(&batch, space->root);
    if (tables_ensure(space, page, &batch)) {
        batch_flush(&batch);
        frame_drop(frame);
        return parked ? page_lost(signal) : out_of_memory(signal);
    }
    uint64_t view = rewrite_view(space, area, page, &frame);

    batch_add(&batch, page, 1, frame << EXO_PAGE_SHIFT | area_bits(area, write && shared) | view);
    space->resident++;
    if (!write && !shared)
        fault_around(space, area, page, &batch);
    batch_flush(&batch);
    return 0;
}

/* The page is there, but the entry does not allow the write that the area allows. */
static int fault_write(struct space *space, struct area *area, uint64_t page, uint64_t entry,
                       int *signal)
{
    if (!(area->flags & AREA_SHARED))
        return copy_page(space, area, page, pte_frame(entry), FROM_ENTRY, signal);
    frame_t frame = pte_frame(entry);

    if (area->file) {
        frame_t now;
        uint64_t index = (area->offset + (page - area->start)) / PAGE_SIZE;
        int error = area->file->ops->page(area->file, index, true, &now);

        if (error == -ENOMEM)
            return out_of_memory(signal);
        if (error) {
            *signal = SIGNAL_BUS;
            return BUS_ADRERR;
        }
        frame_drop(frame); /* the file may have copied the page on its first write */
        frame = now;
    }
    if (map_page(space, page, frame, area_bits(area, true) | EXO_PTE_DIRTY))
        return out_of_memory(signal);
    return 0;
}

int page_make_private(struct space *space, struct area *area, uint64_t page, frame_t *out)
{
    frame_t file_frame = NO_FRAME;

    if (table_depth(page) != 1)
        return -EFAULT;
    if (table_shared(page) && table_own(space, page))
        return -ENOMEM;
    uint64_t entry = pte_load(page);
    frame_t from = pte_frame(entry);

    if (!(entry & EXO_PTE_PRESENT))
        return -EFAULT;
    *out = from;
    if (frame_users(from) == 1 && !(entry & PTE_VIEW))
        return 0;
    *out = frames_alloc(0);
    if (*out == NO_FRAME)
        return -ENOMEM;
    /* Without protection keys a page with rewritten calls can be read; what is wanted is the file's. */
    if (entry & PTE_VIEW && area->file &&
        !area->file->ops->page(area->file, (area->offset + (page - area->start)) / PAGE_SIZE, false,
                               &file_frame))
        memcpy(frame_address(*out), frame_address(file_frame), PAGE_SIZE);
    else
        memcpy(frame_address(*out), frame_address(from), PAGE_SIZE);
    if (file_frame != NO_FRAME)
        frame_drop(file_frame);
    if (map_page(space, page, *out, area_bits(area, false))) {
        frame_drop(*out);
        return -ENOMEM;
    }
    frame_drop(from);
    return 0;
}

static bool access_allowed(const struct area *area, uint64_t error)
{
    if (error & FAULT_WRITE)
        return area->prot & PROT_WRITE;
    if (error & FAULT_FETCH)
        return area->prot & PROT_EXEC;
    return area->prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

int fault_resolve(struct space *space, uint64_t address, uint64_t error, int *signal)
{
    uint64_t page = page_down(address);
    bool write = error & FAULT_WRITE;

    *signal = SIGNAL_SEGV;
    if (address >= USER_END || (address >= LIBOS_START && address < LIBOS_END))
        return SEGV_MAPERR;
    struct area *area = area_find(space, address);

    if (!area)
        area = stack_grow(space, address);
    if (!area)
        return SEGV_MAPERR;
    if (!access_allowed(area, error))
        return SEGV_ACCERR;
    /* Another CPU may have taken the page, and its table, since this one saw it. */
    bool known = table_known(space, page);
    bool there = known || (error & FAULT_PRESENT && !instance_many);
    uint64_t entry = there ? pte_load(page) : pte_read(page);

    current()->process->faults++;
    current()->faults++;
    if (error & FAULT_KEY && entry & PTE_VIEW) {
        rewrite_text_read(area, page);
        entry = pte_read(page);
    }
    if (!known && write && entry & EXO_PTE_PRESENT && table_shared(page)) {
        if (table_own(space, page))
            return out_of_memory(signal);
        entry = pte_load(page);
    }
    if (!(entry & EXO_PTE_PRESENT) && entry & EXO_PTE_TAKEN)
        return page_taken(signal);
    if (!(entry & EXO_PTE_PRESENT))
        return area->file ? fault_file(space, area, page, write, signal)
                          : fault_anonymous(space, area, page, signal);
    if (write && !(entry & EXO_PTE_WRITE))
        return fault_write(space, area, page, entry, signal);
    if (error & FAULT_FETCH && entry & EXO_PTE_NO_EXECUTE)
        return map_page(space, page, pte_frame(entry),
                        (entry & EXO_PTE_WRITE) | area_bits(area, false))
                   ? out_of_memory(signal)
                   : 0;
    return 0; /* resolved meanwhile */
}
