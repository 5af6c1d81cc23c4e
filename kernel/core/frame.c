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
#include "core/env.h"
#include "core/calls.h"
#include "core/fail.h"

struct exo_frame *frame_table;
uint64_t frame_count;
static _Atomic uint64_t frames_free_early;
_Atomic uint64_t *frames_free = &frames_free_early;
struct spinlock memory_lock = {.rank = LOCK_MEMORY};

#define PAUSE_FRAMES 16 /* zeroed without taking interrupts */

static void frame_zero(uint64_t frame)
{
    arch_zero_frame(arch_map_frame(0, frame));
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
    arch_zero_frame(frame_window(frame));
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

/* Takes a free frame, to be settled: the kernel's until then, so that nobody else can. Other CPUs may try at the same time. */
static bool frame_claim(struct exo_frame *row)
{
    uint8_t expected = EXO_FRAME_FREE;

    return __atomic_compare_exchange_n(&row->kind, &expected, EXO_FRAME_KERNEL, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* A claimed frame becomes data under the capability's guard; NULL: it is free again. */
static void frame_settle(uint64_t frame, const struct cap *cap)
{
    struct exo_frame *row = &frame_table[frame];

    if (cap) {
        if (row->flags & EXO_FRAME_FLAG_USED)
            frame_zero(frame);
        row->flags = EXO_FRAME_FLAG_USED;
        frame_set_guard(row, &cap->path);
    }
    __atomic_store_n(&row->kind, cap ? EXO_FRAME_DATA : EXO_FRAME_FREE, __ATOMIC_RELEASE);
}

struct call_result call_frame_alloc(struct env *self, uint32_t slot, uint64_t first, uint64_t count)
{
    struct cap cap;
    int error = cap_get(self->cap, slot, EXO_RIGHT_ALLOCATE, &cap);

    if (error)
        return call_error(-error);
    if (!range_ok(first, count, frame_count))
        return call_error(EXO_E_RANGE);
    uint64_t f = first;

    lock_share(&memory_lock);
    while (f < first + count && !fail_now() && frame_claim(&frame_table[f]))
        f++;
    error = f < first + count ? EXO_E_BUSY : 0;
    atomic_fetch_sub(frames_free, f - first);
    lock_unshare(&memory_lock);
    for (uint64_t i = first; i < f; i++) {
        frame_settle(i, error ? NULL : &cap);
        if ((i - first) % PAUSE_FRAMES == PAUSE_FRAMES - 1)
            call_pause();
    }
    if (error)
        atomic_fetch_add(frames_free, f - first);
    return error ? call_error_at(error, f) : call_ok(0);
}

/* Are all frames of the run data, dominated and unmapped? 0 or an error, *at the frame. REQUIRES(memory_lock). */
static int frame_run_idle(uint64_t first, uint64_t count, const struct cap *cap, uint64_t *at)
{
    for (uint64_t f = first; f < first + count; f++) {
        int error = 0;
        struct exo_frame *row = frame_dominated(f, cap, &error);

        if (row && row->kind == EXO_FRAME_DATA && !row->references)
            continue;
        *at = f;
        return !row ? error : row->kind != EXO_FRAME_DATA ? EXO_E_KIND : EXO_E_BUSY;
    }
    return 0;
}

struct call_result call_frame_free(struct env *self, uint32_t slot, uint64_t first, uint64_t count)
{
    struct cap cap;
    uint64_t at = 0;
    int error = cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);

    if (error)
        return call_error(-error);
    if (!range_ok(first, count, frame_count))
        return call_error(EXO_E_RANGE);
    lock_take(&memory_lock);
    error = frame_run_idle(first, count, &cap, &at);
    for (uint64_t f = first; !error && f < first + count; f++)
        frame_release(&frame_table[f]);
    lock_drop(&memory_lock);
    return error ? call_error_at(error, at) : call_ok(0);
}

struct call_result call_frame_guard(struct env *self, uint32_t slot, uint64_t first, uint64_t count,
                                    uint32_t to, uint64_t flags)
{
    struct cap cap;
    struct cap target;
    uint64_t at = 0;
    int error = cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);

    if (!error)
        error = cap_get(self->cap, to, 0, &target);
    if (error)
        return call_error(-error);
    if (!range_ok(first, count, frame_count))
        return call_error(EXO_E_RANGE);
    lock_take(&memory_lock);
    error = frame_run_idle(first, count, &cap, &at);
    for (uint64_t f = first; !error && f < first + count; f++) {
        if (flags)
            frame_zero(f);
        frame_table[f].flags = EXO_FRAME_FLAG_USED;
        frame_set_guard(&frame_table[f], &target.path);
    }
    lock_drop(&memory_lock);
    return error ? call_error_at(error, at) : call_ok(0);
}
