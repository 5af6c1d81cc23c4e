/* SPDX-License-Identifier: MIT */
/* grants.c - asking init for more memory, and taking what it gives (lib/exo/instance.h). */
#include "libos/linux/mm/internal.h"
#include "libos/linux/mm/pagetable.h"
#include "libos/linux/task.h"

#define ASK_FRAMES   2048ul      /* that init is asked for at once */
#define REFUSED_NS   100000000ul /* after a refusal the next wish waits */
#define CHUNK_FRAMES 512ul

static void run_take(const struct instance_run *run)
{
    frame_t end = run->first + run->count;

    for (frame_t f = run->first; f < end;) {
        if (!frames_have_row(f)) { /* it would cost more than it is worth */
            (void)exo_frame_free(SLOT_MEMORY, f++, 1);
            continue;
        }
        bool whole = !(f % CHUNK_FRAMES) && end - f >= CHUNK_FRAMES &&
                     frames_have_row(f + CHUNK_FRAMES - 1) && frames_add_chunk(f);

        if (!whole)
            frames_add(f);
        f += whole ? CHUNK_FRAMES : 1;
    }
}

bool frames_take_grants(void)
{
    uint32_t taken = streams->grants_taken;
    uint32_t written = __atomic_load_n(&streams->grants_written, __ATOMIC_ACQUIRE);
    bool any = taken != written;

    if (frames_unrepaired())
        frames_repair_all(); /* what comes may be what went */
    for (; taken != written; taken++)
        run_take(&streams->grant[taken % INSTANCE_GRANTS]);
    __atomic_store_n(&streams->grants_taken, taken, __ATOMIC_RELEASE);
    return any;
}

bool frames_ask(void)
{
    static uint64_t not_before;
    struct exo_sleep_word word = {.address = (uint64_t)&streams->memory_answered};

    if (frames_total() >= instance->memory_limit || now_ns() < not_before)
        return false;
    streams->memory_wanted = ASK_FRAMES;
    uint32_t asked = streams->memory_asked + 1;

    __atomic_store_n(&streams->memory_asked, asked, __ATOMIC_RELEASE);
    (void)exo_wake(SLOT_MEMORY, instance->init_env, 1ul << STREAM_EVENT(instance->index));
    while ((word.value = __atomic_load_n(&streams->memory_answered, __ATOMIC_ACQUIRE)) != asked)
        (void)exo_sleep((uint64_t)&word, 1, EXO_FOREVER);
    uint64_t before = frames_total();

    (void)frames_take_grants();
    if (frames_total() == before)
        not_before = now_ns() + REFUSED_NS;
    return frames_total() != before;
}
