/* SPDX-License-Identifier: MIT */
/*
 * area.c - the areas of a space, by value in one sorted array.
 *
 * Lookups are binary searches behind a one-entry memory; fork copies the array in one go. Inserting
 * moves what lies above: some kilobytes for programs with hundreds of areas.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/rewrite/rewrite.h"

uint32_t area_index(struct space *space, uint64_t address)
{
    uint32_t low = 0;
    uint32_t high = space->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (space->area[middle].end > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct area *area_find(struct space *space, uint64_t address)
{
    if (space->last < space->count) {
        struct area *area = &space->area[space->last];

        if (address >= area->start && address < area->end)
            return area;
    }
    uint32_t index = area_index(space, address);

    if (index == space->count || space->area[index].start > address)
        return NULL;
    space->last = index;
    return &space->area[index];
}

/* Room for one more area at index. */
static int area_open(struct space *space, uint32_t index)
{
    if (space->count == space->capacity) {
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
    }
    memmove(&space->area[index + 1], &space->area[index],
            (space->count - index) * sizeof space->area[0]);
    space->count++;
    return 0;
}

static void area_close(struct space *space, uint32_t index)
{
    space->count--;
    memmove(&space->area[index], &space->area[index + 1],
            (space->count - index) * sizeof space->area[0]);
}

static bool mergeable(const struct area *low, const struct area *high)
{
    return low->end == high->start && low->prot == high->prot && low->flags == high->flags &&
           low->file == high->file &&
           (!low->file || low->offset + (low->end - low->start) == high->offset);
}

static bool merge_at(struct space *space, uint32_t index)
{
    if (index + 1 >= space->count || !mergeable(&space->area[index], &space->area[index + 1]))
        return false;
    space->area[index].end = space->area[index + 1].end;
    if (space->area[index].file)
        file_drop(space->area[index].file);
    area_close(space, index + 1);
    return true;
}

void area_merge_around(struct space *space, uint64_t start, uint64_t end)
{
    uint32_t index = area_index(space, start ? start - 1 : 0);

    while (index < space->count && space->area[index].start <= end) {
        if (!merge_at(space, index))
            index++;
    }
}

int area_insert(struct space *space, const struct area *area)
{
    if (area->start < SPAN_2)
        rewrite_leave(space);
    uint32_t index = area_index(space, area->start);
    int error = area_open(space, index);

    if (error)
        return error;
    space->area[index] = *area;
    if (area->file)
        file_hold(area->file);
    space->pages_mapped += (area->end - area->start) / PAGE_SIZE;
    merge_at(space, index);
    if (index)
        merge_at(space, index - 1);
    return 0;
}

static int cut_at(struct space *space, uint64_t address)
{
    struct area *area = area_find(space, address);

    if (!area || area->start == address)
        return 0;
    uint32_t index = (uint32_t)(area - space->area);
    int error = area_open(space, index + 1);

    if (error)
        return error;
    struct area *low = &space->area[index];
    struct area *high = &space->area[index + 1];

    *high = *low;
    high->offset += address - low->start;
    high->start = address;
    low->end = address;
    if (high->file)
        file_hold(high->file);
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

static bool place_free(struct space *space, uint64_t start, uint64_t bytes)
{
    if (start < LOWEST_ADDRESS || start > USER_END || bytes > USER_END - start)
        return false;
    if (start < LIBOS_END && start + bytes > LIBOS_START)
        return false;
    uint32_t index = area_index(space, start);

    return index == space->count || space->area[index].start >= start + bytes;
}

uint64_t area_gap(struct space *space, uint64_t hint, uint64_t bytes)
{
    uint64_t end = space->mmap_top;

    hint = page_down(hint);
    if (hint && place_free(space, hint, bytes))
        return hint;
    /* From the top down, area by area. */
    for (uint32_t i = area_index(space, end - 1);; i--) {
        uint64_t ceiling =
            i < space->count && space->area[i].start < end ? space->area[i].start : end;

        if (i < space->count && space->area[i].start >= end)
            ceiling = end;
        uint64_t floor = i ? space->area[i - 1].end : LOWEST_ADDRESS;

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

uint64_t area_gap_low(struct space *space, uint64_t bytes)
{
    uint64_t start = LOW_START;

    for (uint32_t i = area_index(space, start); bytes <= LOW_END - start; i++) {
        if (i == space->count || space->area[i].start >= start + bytes)
            return start;
        start = space->area[i].end;
        if (start >= LOW_END)
            break;
    }
    return 0;
}
