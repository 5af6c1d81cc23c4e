/* SPDX-License-Identifier: MIT */
/*
 * reap.c - taking back what a dead instance held, however it died: its subtree of capabilities is destroyed.
 *
 * A root archive that will be needed again outlives that as idle frames, which go back to init's guard; the rest is freed by
 * a second, short destruction. Each step does a bounded amount and returns to the loop, so that other instances are
 * served meanwhile.
 */
#include <stddef.h>
#include "exo_stubs.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"
#include "libos/init/instance.h"

#define STEP_CALLS 16 /* kernel calls of one step */

/* Goes on with the destruction. True: it is over. */
static bool destroy(struct instance *instance, bool keep)
{
    int64_t result = -EXO_E_AGAIN;

    for (uint32_t i = 0; i < STEP_CALLS && result == -EXO_E_AGAIN; i++)
        result = exo_cap_destroy_2(CAP_CHILD, instance->reap_place, keep, &instance->reap_place);
    if (result == -EXO_E_AGAIN)
        return false;
    if (result < 0)
        init_log("init: instance %s: what it had cannot be taken back: error %ld",
                 instance->config->name, (long)-result);
    instance->reap_place = 0;
    return true;
}

static void save_archive(struct instance *instance)
{
    if (frames_give(instance->archive_frame, instance->archive_pages, CAP_ROOT) < 0)
        init_log("init: instance %s: its root archive stays lost", instance->config->name);
    instance->archive_pages = 0;
}

bool instance_reap(struct instance *instance, bool again)
{
    if (instance->streams) {
        (void)exo_unmap(&machine.space, (uint64_t)instance->streams,
                        sizeof(struct instance_streams) >> EXO_PAGE_SHIFT);
        instance->streams = NULL;
    }
    if (!instance_capability(instance))
        return false;
    if (again && instance->archive_pages) {
        if (destroy(instance, true))
            save_archive(instance);
        return false;
    }
    if (!destroy(instance, false))
        return false;
    instance->archive_pages = 0;
    instance->env = 0;
    return true;
}
