/* SPDX-License-Identifier: MIT */
/*
 * frames.c - bitmap pool of frames; see frames.h.
 *
 * Invariant: free_count is the number of 0 bits below total. A run of the pool never crosses two
 * runs of the instance, because frames in a row must be in a row in memory.
 */
#include "lib/exo/frames.h"
#include <stddef.h>

static bool bit_get(const struct exo_frames *pool, uint64_t bit)
{
    return pool->used[bit / 64] >> (bit % 64) & 1;
}

static void bits_set(struct exo_frames *pool, uint64_t bit, uint64_t count, bool value)
{
    for (; count; bit++, count--) {
        uint64_t mask = 1ull << (bit % 64);

        pool->used[bit / 64] = value ? pool->used[bit / 64] | mask : pool->used[bit / 64] & ~mask;
    }
}

uint64_t exo_frames_init(struct exo_frames *pool, const struct instance_run *runs,
                         uint32_t run_count, uint64_t *used, uint64_t words)
{
    *pool = (struct exo_frames){.used = used};
    for (uint32_t i = 0; i < run_count && i < INSTANCE_RUN_MAX; i++) {
        uint64_t count = runs[i].count;

        if (count > words * 64 - pool->total)
            count = words * 64 - pool->total;
        if (!count)
            break;
        pool->run[pool->run_count++] =
            (struct instance_run){.first = runs[i].first, .count = count};
        pool->total += count;
    }
    for (uint64_t w = 0; w < (pool->total + 63) / 64; w++)
        used[w] = 0;
    pool->free_count = pool->total;
    return pool->total;
}

/* The first fit in one run at or after offset `from`, or the run's count. */
static uint64_t fit(const struct exo_frames *pool, const struct instance_run *run, uint64_t base,
                    uint64_t from, uint64_t count, uint64_t align)
{
    uint64_t at = ((run->first + from + align - 1) & ~(align - 1)) - run->first;

    while (at < run->count && count <= run->count - at) {
        uint64_t length = 0;

        while (length < count && !bit_get(pool, base + at + length))
            length++;
        if (length == count)
            return at;
        at = ((run->first + at + length + align) & ~(align - 1)) - run->first;
    }
    return run->count;
}

static uint64_t search(struct exo_frames *pool, uint64_t from, uint64_t count, uint64_t align)
{
    uint64_t base = 0;

    for (uint32_t i = 0; i < pool->run_count; base += pool->run[i].count, i++) {
        const struct instance_run *run = &pool->run[i];

        if (from >= base + run->count)
            continue;
        uint64_t at = fit(pool, run, base, from > base ? from - base : 0, count, align);

        if (at == run->count)
            continue;
        bits_set(pool, base + at, count, true);
        pool->free_count -= count;
        pool->hint = base + at + count;
        return run->first + at;
    }
    return 0;
}

uint64_t exo_frames_take(struct exo_frames *pool, uint64_t count, uint64_t align)
{
    if (!count || count > pool->free_count || !align || align & (align - 1))
        return 0;
    uint64_t first = search(pool, pool->hint, count, align);

    return first ? first : search(pool, 0, count, align);
}

bool exo_frames_give(struct exo_frames *pool, uint64_t first, uint64_t count)
{
    uint64_t base = 0;

    for (uint32_t i = 0; i < pool->run_count; base += pool->run[i].count, i++) {
        const struct instance_run *run = &pool->run[i];

        if (first < run->first || first - run->first >= run->count)
            continue;
        uint64_t at = first - run->first;

        if (count > run->count - at)
            return false;
        for (uint64_t b = 0; b < count; b++)
            if (!bit_get(pool, base + at + b))
                return false;
        bits_set(pool, base + at, count, false);
        pool->free_count += count;
        if (base + at < pool->hint)
            pool->hint = base + at;
        return true;
    }
    return false;
}

uint64_t exo_frames_table(void *pool)
{
    return exo_frames_take(pool, 1, 1);
}
