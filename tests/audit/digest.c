/* SPDX-License-Identifier: MIT */
/*
 * digest.c - all that the kernel believes, in one number; and calls that are watched: did a refused one change it?
 *
 * What the processor or time changes by itself is left out: accessed and dirty bits, counters, registers, who runs.
 * A watched call is one with interrupts off from the first digest to the second, so nobody else is in between on this
 * CPU; other CPUs must be quiet.
 */
#include "arch/x86_64/cpu.h"
#include "core/env.h"
#include "core/fail.h"
#include "core/frame.h"
#include "core/machine.h"
#include "core/slice.h"
#include "core/sweep.h"
#include "core/table.h"
#include "dev/pci.h"
#include "tests/audit/audit.h"

#define PRIME 0x100000001b3

static struct {
    uint64_t env;     /* whose next call is watched; 0: none */
    uint64_t fail_at; /* the how manieth taking fails; 0: none */
    uint64_t count;   /* takings so far */
    uint64_t before;
    uint32_t cpu;
    bool active, hit, differs;
} watch;

bool fail_now(void)
{
    if (!watch.active || this_cpu()->index != watch.cpu || ++watch.count != watch.fail_at)
        return false;
    watch.hit = true;
    return true;
}

static uint64_t words(uint64_t hash, const void *from, uint64_t bytes)
{
    const uint64_t *word = from;

    for (uint64_t i = 0; i < bytes / 8; i++)
        hash = (hash ^ word[i]) * PRIME;
    return hash;
}

static uint64_t digest_table(uint64_t hash, uint64_t frame)
{
    const volatile uint64_t *entries = frame_window(frame);

    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        if (entries[i])
            hash =
                (hash ^ (entries[i] & ~(uint64_t)(EXO_PTE_ACCESSED | EXO_PTE_DIRTY)) ^ i) * PRIME;
    return hash;
}

static uint64_t digest_env(uint64_t hash, const struct env *env)
{
    hash = words(hash, &env->upcall, offsetof(struct env, bases) - offsetof(struct env, upcall));
    hash = words(hash, &env->guard, sizeof env->guard);
    for (uint32_t s = 0; s < EXO_CAP_SLOTS; s++) {
        const struct cap *cap = &env->cap[s];

        hash = (hash ^ cap->present) * PRIME;
        if (cap->present)
            hash = (words(hash, cap->path.part, sizeof cap->path.part) ^ cap->path.depth ^
                    (uint64_t)cap->rights << 32) *
                   PRIME;
    }
    hash = (hash ^ env->sleep_count ^ (uint64_t)env->predicate << 8) * PRIME;
    hash = (hash ^ env->token_epoch) *
           PRIME; /* token_path: a bound, noted before a token is written */
    hash = (hash ^ env->revoke_kind ^ env->revoke_owed << 8 ^ env->revoke_due_ns) * PRIME;
    hash = (hash ^ env->repossessed ^ env->save_first ^ (uint64_t)env->save_count << 32) * PRIME;
    for (uint32_t i = 0; i < env->guaranteed_count; i++)
        hash = (hash ^ env->guaranteed[i]) * PRIME;
    return hash;
}

static uint64_t digest(void)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (uint64_t f = 0; f < frame_count; f++) {
        uint8_t kind = frame_table[f].kind;
        bool idle = kind == EXO_FRAME_DATA || kind == EXO_FRAME_FREE;

        /* An idle frame's generation is only ever counted up: a number that was taken in vain is not missed. */
        hash = words(hash, &frame_table[f],
                     idle ? offsetof(struct exo_frame, reserved) & ~7ul : sizeof frame_table[f]);
        hash = (hash ^ frame_table[f].flags ^ (uint64_t)frame_table[f].guard_depth << 8) * PRIME;

        if (kind == EXO_FRAME_TABLE)
            hash = digest_table(hash, f);
        else if (kind == EXO_FRAME_ENV)
            hash = digest_env(hash, frame_window(f));
        else if (kind == EXO_FRAME_NET || kind == EXO_FRAME_DMA ||
                 (kind == EXO_FRAME_CODE && frame_table[f].level == 1))
            hash = words(hash, frame_window(f), EXO_PAGE_SIZE);
    }
    for (uint32_t c = 0; c < cpu_count; c++)
        for (uint32_t p = 0; p < EXO_SLICE_COUNT; p++) {
            const struct exo_slice *slice = &slice_table[c][p];

            hash =
                (words(hash, slice, offsetof(struct exo_slice, guard_depth)) ^ slice->guard_depth) *
                PRIME;
        }
    for (uint32_t d = 0; d < EXO_DEVICE_MAX; d++) {
        const struct exo_device *device = &device_table[d];

        hash = (words(hash, device->owner_guard, sizeof device->owner_guard) ^ device->claimed ^
                (uint64_t)device->owner_depth << 16 ^ (uint64_t)pci_functions[d].mapped << 32) *
               PRIME;
        hash = (hash ^ pci_functions[d].root ^ (uint64_t)pci_functions[d].all << 63) * PRIME;
    }
    return hash;
}

void watch_begin(const struct env *env)
{
    if (watch.env != env->id)
        return;
    watch.env = 0;
    watch.cpu = this_cpu()->index;
    watch.count = 0;
    watch.hit = false;
    watch.before = digest();
    watch.active = true;
}

void watch_end(void)
{
    if (!watch.active || this_cpu()->index != watch.cpu)
        return;
    watch.active = false;
    watch.differs = digest() != watch.before;
}

void watch_next(const struct env *env, uint64_t fail_at)
{
    watch.env = env->id;
    watch.fail_at = fail_at;
    watch.hit = watch.differs = false; /* what the call's decoder refuses is not even begun */
}

uint32_t watch_result(uint64_t *count)
{
    *count = watch.count;
    return (watch.hit ? EXO_TEST_HIT : 0) | (watch.differs ? EXO_TEST_DIFFERS : 0);
}
