/* SPDX-License-Identifier: MIT */
/*
 * reap.c - taking back what a dead instance held, however it died: the frame table says what that
 * is.
 *
 * Order: slice positions, envs (they pin roots and upcall pages), downloaded programs, page tables from the roots down
 * (a table goes when nothing links to it) and net tables (their rings pin buffers), then data. Each step does a bounded
 * amount and returns
 * to the loop, so that other instances are served meanwhile.
 */
#include <stddef.h>
#include "exo_stubs.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"
#include "libos/init/instance.h"

#define STEP_CALLS 64 /* kernel calls of one step */

uint64_t env_of_frame(uint64_t frame)
{
    const volatile struct exo_frame *row = &machine.frames[frame];
    uint64_t generation = (uint64_t)row->reserved << 32 | row->extra;

    return generation << EXO_ENV_FRAME_BITS | frame;
}

/* Is the frame under this instance's guard? */
static bool owned(const struct instance *instance, uint64_t frame)
{
    const volatile struct exo_frame *row = &machine.frames[frame];

    return row->kind != EXO_FRAME_FREE && row->kind != EXO_FRAME_NONE && row->guard_depth >= 1 &&
           (row->guard[0] & 0xffff) == instance->index + 1;
}

static bool is_archive(const struct instance *instance, uint64_t frame)
{
    return frame - instance->archive_frame < instance->archive_pages;
}

static void give_back_slices(const struct instance *instance)
{
    for (uint32_t cpu = 0; cpu < machine.page->cpu_count; cpu++) {
        for (uint32_t p = 0; p < EXO_SLICE_COUNT; p++) {
            const volatile struct exo_slice *slice = &machine.slices[cpu * EXO_SLICE_COUNT + p];

            if ((slice->guard_depth & 0xff) >= 1 &&
                (slice->guard[0] & 0xffff) == instance->index + 1)
                (void)exo_slice_set(CAP_ROOT, cpu, p, 0);
        }
    }
}

/* One pass over the frames for envs and tables; true when none is left. */
static bool take_structure(const struct instance *instance)
{
    uint32_t calls = 0;
    bool left = false;

    for (uint64_t frame = 1; frame < machine.page->frame_count && calls < STEP_CALLS; frame++) {
        uint8_t kind = machine.frames[frame].kind;

        bool code = kind == EXO_FRAME_CODE && machine.frames[frame].level == 1;

        if ((kind != EXO_FRAME_ENV && kind != EXO_FRAME_TABLE && kind != EXO_FRAME_NET && !code) ||
            !owned(instance, frame))
            continue;
        left = true;
        if (kind == EXO_FRAME_TABLE &&
            (machine.frames[frame].links || machine.frames[frame].references))
            continue; /* what links to it goes first; it may lie behind many such */
        calls++;
        if (kind == EXO_FRAME_ENV)
            (void)exo_env_destroy(CAP_ROOT,
                                  env_of_frame(frame)); /* busy on another CPU: next step */
        else if (code)
            (void)exo_code_destroy(CAP_ROOT, env_of_frame(frame));
        else if (kind == EXO_FRAME_NET)
            (void)exo_net_table_destroy(CAP_ROOT, frame); /* mapped, or the card reads: next step */
        else
            (void)exo_table_destroy(CAP_ROOT, frame);
    }
    return !left;
}

/* Frees runs of idle data frames; true when none of the instance's is left. */
static bool take_data(const struct instance *instance)
{
    uint64_t frame = 1;
    uint32_t calls = 0;

    while (frame < machine.page->frame_count) {
        uint64_t count = 0;

        while (count < EXO_FRAME_RUN_MAX && frame + count < machine.page->frame_count &&
               owned(instance, frame + count) && !is_archive(instance, frame + count))
            count++;
        if (!count) {
            frame++;
            continue;
        }
        if (++calls > STEP_CALLS)
            return false;
        int64_t result = exo_frame_free(CAP_ROOT, frame, count);

        if (result < 0)
            init_log("init: instance %s: frames %lu+%lu cannot be freed: error %ld",
                     instance->config->name, (unsigned long)frame, (unsigned long)count,
                     (long)-result);
        frame += count;
    }
    return true;
}

bool instance_reap(struct instance *instance)
{
    if (instance->streams) {
        (void)exo_unmap(&machine.space, (uint64_t)instance->streams,
                        sizeof(struct instance_streams) >> EXO_PAGE_SHIFT);
        instance->streams = NULL;
    }
    give_back_slices(instance);
    if (!take_structure(instance) || !take_data(instance))
        return false;
    if (instance->archive_pages &&
        frames_give(instance->archive_frame, instance->archive_pages, CAP_ROOT) < 0)
        init_log("init: instance %s: its root archive stays lost", instance->config->name);
    instance->archive_pages = 0;
    instance->env = 0;
    return true;
}
