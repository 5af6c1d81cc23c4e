/* SPDX-License-Identifier: MIT */
/*
 * parked.c - pages whose area forbids all access (PROT_NONE) but whose contents must survive.
 *
 * A page-table entry without "present" has no room for a frame number, so the frames wait in a
 * sorted array of the space. Rare: programs protect mostly what they have never touched.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/rewrite/rewrite.h"

static uint32_t parked_index(const struct space *space, uint64_t address)
{
    uint32_t low = 0;
    uint32_t high = space->parked_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (space->parked[middle].address >= address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int parked_reserve(struct space *space, uint64_t extra)
{
    uint64_t need = space->parked_count + extra;

    if (need <= space->parked_capacity)
        return 0;
    uint64_t capacity = max_of(need, 2ul * space->parked_capacity);
    struct parked_page *parked = heap_alloc(capacity * sizeof *parked);

    if (!parked)
        return -ENOMEM;
    memcpy(parked, space->parked, space->parked_count * sizeof *parked);
    heap_free(space->parked);
    space->parked = parked;
    space->parked_capacity = (uint32_t)capacity;
    return 0;
}

/* Insertion sort: the array is sorted but for a few. */
static void parked_sort(struct space *space)
{
    for (uint32_t i = 1; i < space->parked_count; i++)
        for (uint32_t j = i; j && space->parked[j - 1].address > space->parked[j].address; j--) {
            struct parked_page swap = space->parked[j];

            space->parked[j] = space->parked[j - 1];
            space->parked[j - 1] = swap;
        }
}

void parked_move(struct space *space, uint64_t from, uint64_t bytes, uint64_t to)
{
    for (uint32_t i = 0; i < space->parked_count; i++)
        if (space->parked[i].address >= from && space->parked[i].address < from + bytes)
            space->parked[i].address += to - from;
    parked_sort(space);
}

int park_pages(struct space *space, uint64_t start, uint64_t end)
{
    struct pt_batch batch;
    struct pte_walk walk = pte_walk_start(start, end);
    uint64_t pages = 0;
    uint64_t entry;

    bool any = false;

    for (; (entry = pte_next(&walk)); any = true)
        pages += !(entry & PTE_VIEW);
    if (!any)
        return 0;
    int error = tables_own(space, start, end);

    if (!error)
        error = parked_reserve(space, pages);

    if (error)
        return error;
    uint32_t index = parked_index(space, start);

    memmove(&space->parked[index + pages], &space->parked[index],
            (space->parked_count - index) * sizeof space->parked[0]);
    space->parked_count += (uint32_t)pages;
    batch_start(&batch, space->root);
    walk = pte_walk_start(start, end);
    while ((entry = pte_next(&walk))) {
        if (entry & PTE_VIEW) { /* the file has what it is made from */
            batch_add(&batch, walk.at - PAGE_SIZE, 1, 0);
            frame_drop(pte_frame(entry));
            space->resident--;
            continue;
        }
        /* Pages parked before lie in between only if their area was parked already: then they have
         * no entry. */
        space->parked[index++] =
            (struct parked_page){.address = walk.at - PAGE_SIZE, .frame = pte_frame(entry)};
        batch_add(&batch, walk.at - PAGE_SIZE, 1, 0);
    }
    batch_flush(&batch);
    parked_sort(space); /* pages parked earlier within the range come after the new ones so far */
    return 0;
}

void unpark_pages(struct space *space, uint64_t start, uint64_t end)
{
    uint32_t first = parked_index(space, start);
    uint32_t last = first;

    for (; last < space->parked_count && space->parked[last].address < end; last++) {
        frame_drop(space->parked[last].frame);
        space->resident--;
    }
    memmove(&space->parked[first], &space->parked[last],
            (space->parked_count - last) * sizeof space->parked[0]);
    space->parked_count -= last - first;
}

frame_t parked_take(struct space *space, uint64_t address)
{
    uint32_t index = parked_index(space, address);

    if (index == space->parked_count || space->parked[index].address != address)
        return NO_FRAME;
    frame_t frame = space->parked[index].frame;

    space->parked_count--;
    memmove(&space->parked[index], &space->parked[index + 1],
            (space->parked_count - index) * sizeof space->parked[0]);
    return frame;
}

int parked_fork(struct space *parent, struct space *child)
{
    int error = parent->parked_count ? parked_reserve(child, parent->parked_count) : 0;

    if (error)
        return error;
    for (uint32_t i = 0; i < parent->parked_count; i++) {
        child->parked[i] = parent->parked[i];
        frame_hold(child->parked[i].frame);
    }
    child->parked_count = parent->parked_count;
    return 0;
}
