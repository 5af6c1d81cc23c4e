/* SPDX-License-Identifier: MIT */
/*
 * area.c - the areas of a space, by value in one sorted array.
 *
 * Lookups are binary searches behind a memory of the last one; fork copies the array in one go. Neighbours
 * that can be one are one. Inserting moves what lies above: some kilobytes for programs with hundreds of areas.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/rewrite/rewrite.h"

uint32_t area_index(struct space *space, uint64_t address)
{
    uint32_t low = 0;
    uint32_t high = space->count;
    uint32_t last = space->last; /* where the last lookup ended: often it is the same or the next */

    if (last < high && (!last || space->area[last - 1].end <= address)) {
        if (space->area[last].end > address)
            return last;
        low = last + 1;
        if (low < high && space->area[low].end > address)
            return space->last = low;
    }
    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (space->area[middle].end > address)
            high = middle;
        else
            low = middle + 1;
    }
    return space->last = low;
}

struct area *area_find(struct space *space, uint64_t address)
{
    uint32_t index = area_index(space, address);

    if (index == space->count || space->area[index].start > address)
        return NULL;
    return &space->area[index];
}

int area_grow(struct space *space)
{
    uint32_t capacity = space->capacity ? space->capacity * 2 : 16;

    if (capacity > SPACE_AREA_MAX)
        return -ENOMEM;
    struct area *area = heap_alloc(capacity * sizeof *area);

    if (!area)
        return -ENOMEM;
    memcpy(area, space->area, space->count * sizeof *area);
    heap_free(space->area);
    space->area = area;
    space->capacity = capacity;
    return 0;
}

static inline __attribute__((always_inline)) bool mergeable(const struct area *low, const struct area *high)
{
    return low->end == high->start && low->prot == high->prot && low->flags == high->flags &&
           low->file == high->file &&
           (!low->file || low->offset + (low->end - low->start) == high->offset);
}

static inline __attribute__((always_inline)) bool mergeable_below(const struct space *space, uint32_t index, const struct area *area)
{
    return index && mergeable(&space->area[index - 1], area);
}

static inline __attribute__((always_inline)) bool mergeable_above(const struct space *space, uint32_t index, const struct area *area)
{
    return index < space->count && mergeable(area, &space->area[index]);
}

/* Room for more areas at index, all of the file of *like; REQUIRES area_reserve. */
static void area_open(struct space *space, uint32_t index, uint32_t more, const struct area *like)
{
    memmove(&space->area[index + more], &space->area[index],
            (space->count - index) * sizeof space->area[0]);
    space->count += more;
    for (; like->file && more; more--)
        file_hold(like->file);
}

static void area_close(struct space *space, uint32_t index, uint32_t fewer)
{
    for (uint32_t i = index; i < index + fewer; i++)
        if (space->area[i].file)
            file_drop(space->area[i].file);
    space->count -= fewer;
    memmove(&space->area[index], &space->area[index + fewer],
            (space->count - index) * sizeof space->area[0]);
}

static inline void area_start_at(struct area *area, uint64_t start)
{
    area->offset += start - area->start;
    area->start = start;
}

int area_insert(struct space *space, const struct area *area)
{
    return area_insert_at(space, area_index(space, area->start), area);
}

int area_insert_at(struct space *space, uint32_t index, const struct area *area)
{
    if (area->start < SPAN_2)
        rewrite_leave(space);
    int error = area_reserve(space, 1);

    if (error)
        return error;
    struct area *at = &space->area[index];

    space->pages_mapped += (area->end - area->start) / PAGE_SIZE;
    if (mergeable_below(space, index, area)) {
        at[-1].end = area->end;
        if (mergeable_above(space, index, area)) {
            at[-1].end = at->end;
            area_close(space, index, 1);
        }
    } else if (mergeable_above(space, index, area)) {
        area_start_at(at, area->start);
    } else {
        area_open(space, index, 1, area);
        *at = *area;
    }
    return 0;
}

void area_merge_around(struct space *space, uint64_t start, uint64_t end)
{
    for (uint32_t index = area_index(space, start ? start - 1 : 0);
         index < space->count && space->area[index].start <= end;) {
        struct area *at = &space->area[index];

        if (mergeable_above(space, index + 1, at)) {
            at->end = at[1].end;
            area_close(space, index + 1, 1);
        } else {
            index++;
        }
    }
}

void area_take_out(struct space *space, uint32_t index, uint64_t start, uint64_t end)
{
    struct area *at = &space->area[index];

    space->pages_mapped -= (end - start) / PAGE_SIZE;
    if (start == at->start && end == at->end) {
        area_close(space, index, 1);
    } else if (start == at->start) {
        area_start_at(at, end);
    } else if (end == at->end) {
        at->end = start;
    } else {
        area_open(space, index + 1, 1, at);
        at[1] = *at;
        area_start_at(&at[1], end);
        at->end = start;
    }
}

void area_protect(struct space *space, uint32_t index, uint64_t start, uint64_t end, uint32_t prot)
{
    struct area *at = &space->area[index];
    struct area part = *at;
    bool first = start == at->start;
    bool last = end == at->end;

    area_start_at(&part, start);
    part.end = end;
    part.prot = prot;
    bool below = first && mergeable_below(space, index, &part);
    bool above = last && mergeable_above(space, index + 1, &part);

    if (below && above) {
        at[-1].end = at[1].end;
        area_close(space, index, 2);
    } else if (below) {
        at[-1].end = end;
        if (last)
            area_close(space, index, 1);
        else
            area_start_at(at, end);
    } else if (above) {
        area_start_at(&at[1], start);
        if (first)
            area_close(space, index, 1);
        else
            at->end = start;
    } else if (first && last) {
        at->prot = prot;
    } else if (first) {
        area_open(space, index, 1, &part);
        at[0] = part;
        area_start_at(&at[1], end);
    } else if (last) {
        area_open(space, index + 1, 1, &part);
        at[1] = part;
        at->end = start;
    } else {
        area_open(space, index + 1, 2, &part);
        at[2] = at[0];
        area_start_at(&at[2], end);
        at[1] = part;
        at->end = start;
    }
}

static int cut_at(struct space *space, uint64_t address)
{
    uint32_t index = area_index(space, address);
    struct area *area = &space->area[index];

    if (index == space->count || area->start >= address)
        return 0;
    int error = area_reserve(space, 1);

    if (error)
        return error;
    area = &space->area[index]; /* it may have moved */
    area_open(space, index + 1, 1, area);
    area[1] = area[0];
    area_start_at(&area[1], address);
    area->end = address;
    return 0;
}

int area_cut(struct space *space, uint64_t start, uint64_t end)
{
    int error = cut_at(space, start);

    return error ? error : cut_at(space, end);
}

void area_remove(struct space *space, uint64_t start, uint64_t end)
{
    uint32_t first = area_index(space, start);
    uint32_t last = first;

    for (; last < space->count && space->area[last].start < end; last++) {
        struct area *area = &space->area[last];

        space->pages_mapped -= (area->end - area->start) / PAGE_SIZE;
        if (area->file)
            file_drop(area->file);
    }
    memmove(&space->area[first], &space->area[last], (space->count - last) * sizeof space->area[0]);
    space->count -= last - first;
}

bool area_covered(struct space *space, uint64_t start, uint64_t end)
{
    for (uint32_t i = area_index(space, start); start < end; i++) {
        if (i == space->count || space->area[i].start > start)
            return false;
        start = space->area[i].end;
    }
    return true;
}

#define LOWEST_ADDRESS 0x10000

static bool place_free(struct space *space, uint64_t start, uint64_t bytes, uint32_t *index)
{
    if (start < LOWEST_ADDRESS || start > USER_END || bytes > USER_END - start)
        return false;
    if (start < LIBOS_END && start + bytes > LIBOS_START)
        return false;
    *index = area_index(space, start);
    return *index == space->count || space->area[*index].start >= start + bytes;
}

uint64_t area_gap(struct space *space, uint64_t hint, uint64_t bytes, uint32_t *index)
{
    uint64_t end = space->mmap_top;

    hint = page_down(hint);
    if (hint && place_free(space, hint, bytes, index))
        return hint;
    /* From the top down, area by area. */
    for (uint32_t i = area_index(space, end - 1);; i--) {
        uint64_t ceiling = i < space->count ? min_of(space->area[i].start, end) : end;
        uint64_t floor = i ? space->area[i - 1].end : LOWEST_ADDRESS;

        *index = i;

        if (floor < LIBOS_END && ceiling > LIBOS_END)
            floor = LIBOS_END;
        if (ceiling > floor && ceiling - floor >= bytes)
            return ceiling - bytes;
        if (floor == LIBOS_END && ceiling > LIBOS_END) { /* below the LibOS */
            uint64_t below = i ? space->area[i - 1].end : LOWEST_ADDRESS;

            if (below < LIBOS_START && LIBOS_START - below >= bytes)
                return LIBOS_START - bytes;
        }
        if (!i)
            return 0;
    }
}

#define LOW_START 0x40000000ul
#define LOW_END   0x80000000ul

uint64_t area_gap_low(struct space *space, uint64_t hint, uint64_t bytes)
{
    uint64_t start = LOW_START;
    uint32_t index;

    hint = page_down(hint);
    if (hint && bytes <= LOW_END && hint <= LOW_END - bytes && place_free(space, hint, bytes, &index))
        return hint;
    for (uint32_t i = area_index(space, start); bytes <= LOW_END - start; i++) {
        if (i == space->count || space->area[i].start >= start + bytes)
            return start;
        start = space->area[i].end;
        if (start >= LOW_END)
            break;
    }
    return 0;
}
