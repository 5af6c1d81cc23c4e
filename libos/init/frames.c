/* SPDX-License-Identifier: MIT */
/*
 * frames.c - physical memory by name: init reads which frames are free and asks for those.
 *
 * Single frames and structures come from the top, the long runs of instances from the bottom, so
 * that the two do not cut each other up.
 */
#include "libos/init/frames.h"
#include "exo_stubs.h"
#include "libos/init/init.h"

#define SHORT_RUN 512 /* frames; shorter runs are taken only when the long ones are used up */

static bool is_free(uint64_t frame)
{
    return machine.frames[frame].kind == EXO_FRAME_FREE;
}

/* frame_alloc for any count. False: someone else took one; nothing is kept. */
static bool take_run(uint32_t slot, uint64_t first, uint64_t count)
{
    for (uint64_t done = 0; done < count;) {
        uint64_t part = count - done < EXO_FRAME_RUN_MAX ? count - done : EXO_FRAME_RUN_MAX;

        if (exo_frame_alloc(slot, first + done, part) < 0) {
            for (uint64_t f = 0; f < done; f++)
                (void)exo_frame_free(CAP_ROOT, first + f, 1);
            return false;
        }
        done += part;
    }
    return true;
}

uint64_t frames_take(uint32_t slot, uint64_t count)
{
    uint64_t run = 0;

    for (uint64_t frame = machine.page->frame_count; frame-- > 1;) {
        run = is_free(frame) ? run + 1 : 0;
        if (run == count && take_run(slot, frame, count))
            return frame;
        if (run == count)
            run = 0;
    }
    return 0;
}

uint64_t frames_table(void *context)
{
    (void)context;
    return frames_take(CAP_ROOT, 1);
}

uint64_t frames_free_count(void)
{
    uint64_t count = 0;

    for (uint64_t frame = 1; frame < machine.page->frame_count; frame++)
        count += is_free(frame);
    return count;
}

/* Takes runs of at least `shortest` frames, from the bottom. */
static uint32_t take_pass(uint32_t slot, uint64_t total, uint64_t shortest,
                          struct instance_run *runs, uint32_t used, uint32_t limit, uint64_t *got)
{
    uint64_t first = 1;

    while (first < machine.page->frame_count && *got < total && used < limit) {
        uint64_t end = first;

        while (end < machine.page->frame_count && is_free(end))
            end++;
        uint64_t count = end - first;

        if (count >= shortest) {
            if (count > total - *got)
                count = total - *got;
            if (take_run(slot, first, count)) {
                runs[used++] = (struct instance_run){.first = first, .count = count};
                *got += count;
            }
        }
        first = end + 1;
    }
    return used;
}

uint32_t frames_take_runs(uint32_t slot, uint64_t total, struct instance_run *runs, uint32_t limit,
                          uint64_t *got)
{
    *got = 0;
    uint32_t used = take_pass(slot, total, SHORT_RUN, runs, 0, limit, got);

    return *got < total ? take_pass(slot, total, 1, runs, used, limit, got) : used;
}

int64_t frames_give(uint64_t first, uint64_t count, uint32_t to)
{
    for (uint64_t done = 0; done < count;) {
        uint64_t part = count - done < EXO_FRAME_RUN_MAX ? count - done : EXO_FRAME_RUN_MAX;
        int64_t result = exo_frame_guard(CAP_ROOT, first + done, part, to, 0);

        if (result < 0)
            return result;
        done += part;
    }
    return 0;
}
