/* SPDX-License-Identifier: MIT */
/*
 * frame.c - the frame table, and the calls that move frames between guards.
 *
 * Invariants (under memory_lock):
 *   1. A free frame has no references and no links.
 *   2. references counts leaf entries that name the frame plus pins; a frame changes kind only at 0.
 *   3. Only data and upcall frames are mapped writable by users; upcall frames are pinned by one env.
 *   4. A frame that held a domain's data (USED) is zeroed before frame_alloc gives it to the next.
 * States: FREE -frame_alloc-> DATA -table_create-> TABLE | -env_create-> ENV, UPCALL; and back; DATA -frame_free-> FREE.
 * Not here: which frame is a good one. A library reads the table and names it.
 */
#include "core/frame.h"
#include "base/string.h"
#include "core/env.h"
#include "core/calls.h"
#include "core/fail.h"

struct exo_frame *frame_table;
uint64_t frame_count;
static _Atomic uint64_t frames_free_early;
_Atomic uint64_t *frames_free = &frames_free_early;

#define PAUSE_FRAMES 16 /* zeroed without taking interrupts */
#define PAUSE_CLAIMS 256

void frame_zero(uint64_t frame)
{
    memset(arch_map_frame(0, frame), 0, EXO_PAGE_SIZE);
    arch_unmap_frame(0);
}

int frame_take(uint64_t frame, struct exo_frame *row, enum exo_frame_kind kind)
{
    if (row->kind != EXO_FRAME_DATA)
        return EXO_E_KIND;
    if (row->references || row->flags & EXO_FRAME_FLAG_TAKEN || fail_now())
        return EXO_E_BUSY;
    row->kind = (uint8_t)kind;
    row->flags |= EXO_FRAME_FLAG_USED;
    row->links = 0;
    row->level = 0;
    arch_window_open(frame);
    memset(frame_window(frame), 0, EXO_PAGE_SIZE);
    return 0;
}

void frame_give_back(uint64_t frame)
{
    struct exo_frame *row = &frame_table[frame];

    arch_window_close(frame);
    row->kind = EXO_FRAME_DATA;
    row->level = 0;
}

void frame_release(struct exo_frame *row)
{
    atomic_fetch_add(frames_free, 1);
    row->kind = EXO_FRAME_FREE;
    row->flags = EXO_FRAME_FLAG_USED;
    frame_set_guard(row, &(struct path){.depth = 0});
}

uint64_t frame_next_generation(struct exo_frame *row)
{
    uint64_t generation = frame_generation(row) + 1;

    row->extra = (uint32_t)generation;
    row->reserved = (uint16_t)(generation >> 32);
    return generation;
}

uint64_t frame_boot_alloc(enum exo_frame_kind kind)
{
    static uint64_t next; /* all above it are taken */

    for (uint64_t frame = next ? next : frame_count - 1; frame; frame--) {
        struct exo_frame *row = &frame_table[frame];

        if (row->kind != EXO_FRAME_FREE)
            continue;
        next = frame - 1;
        row->kind = EXO_FRAME_DATA;
        if (kind != EXO_FRAME_DATA)
            (void)frame_take(frame, row, kind);
        else
            frame_zero(frame);
        return frame;
    }
    panic("out of memory at boot: give the machine more than %lu MiB", frame_count >> 8);
}

/*
 * A call that moves a run of frames claims them first, in lots: the kernel's, so that nobody else can have them; then, all
 * claimed or one refused, it settles them. 0 or EXO_E_*. REQUIRES(memory_lock; for free frames shared: CPUs may try at the
 * same time).
 */
static int frame_claim(uint64_t frame, enum exo_frame_kind from, const struct cap *cap)
{
    struct exo_frame *row = &frame_table[frame];
    uint8_t expected = (uint8_t)from;
    int error = 0;

    if (from == EXO_FRAME_DATA && !frame_dominated(frame, cap, &error))
        return error;
    if (from == EXO_FRAME_DATA && row->kind != EXO_FRAME_DATA)
        return EXO_E_KIND;
    if (row->references || fail_now() ||
        !__atomic_compare_exchange_n(&row->kind, &expected, EXO_FRAME_KERNEL, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return EXO_E_BUSY;
    return 0;
}

/* All frames of a run, which are of the kind `from` and dominated if data, come under a guard (NULL: free), or none. */
static struct call_result frames_move(const struct cap *cap, uint64_t first, uint64_t count,
                                      enum exo_frame_kind from, const struct path *guard, bool zero)
{
    bool free = from == EXO_FRAME_FREE;
    uint64_t f = first;

    if (!range_ok(first, count, frame_count))
        return call_error(EXO_E_RANGE);
    int error = 0;

    while (!error && f < first + count) {
        uint64_t lot = f;

        if (free)
            lock_share(&memory_lock);
        else
            lock_take(&memory_lock);
        do
            error = frame_claim(f, from, cap);
        while (!error && ++f < first + count && f % PAUSE_CLAIMS);
        if (free) {
            atomic_fetch_sub(frames_free, f - lot);
            lock_unshare(&memory_lock);
        } else {
            lock_drop(&memory_lock);
        }
        call_pause();
    }
    for (uint64_t i = first; i < f; i++) {
        struct exo_frame *row = &frame_table[i];

        if (!error && (free ? row->flags & EXO_FRAME_FLAG_USED : zero))
            frame_zero(i);
        if (!error) {
            row->flags = EXO_FRAME_FLAG_USED;
            frame_set_guard(row, guard ? guard : &(struct path){.depth = 0});
        }
        __atomic_store_n(&row->kind,
                         error   ? from
                         : guard ? EXO_FRAME_DATA
                                 : EXO_FRAME_FREE,
                         __ATOMIC_RELEASE);
        if (i % PAUSE_FRAMES == PAUSE_FRAMES - 1)
            call_pause();
    }
    if (free ? error : !error && !guard)
        atomic_fetch_add(frames_free, f - first);
    return error ? call_error_at(error, f) : call_ok(0);
}

struct call_result call_frame_alloc(struct env *, const struct cap *cap, uint64_t first,
                                    uint64_t count)
{
    return frames_move(cap, first, count, EXO_FRAME_FREE, &cap->path, false);
}

struct call_result call_frame_free(struct env *, const struct cap *cap, uint64_t first,
                                   uint64_t count)
{
    return frames_move(cap, first, count, EXO_FRAME_DATA, NULL, false);
}

struct call_result call_frame_guard(struct env *, const struct cap *cap, uint64_t first,
                                    uint64_t count, const struct cap *to, uint64_t flags)
{
    return frames_move(cap, first, count, EXO_FRAME_DATA, &to->path, flags);
}
