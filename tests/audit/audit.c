/* SPDX-License-Identifier: MIT */
/*
 * audit.c - the invariants of frame.c, table.c, env.c, slice.c and cap.c, recomputed from the tables themselves.
 *
 * Runs with both locks held and no env running in the kernel elsewhere but in a spin for one of them, so that every
 * count must be exact.
 */
#include <stdarg.h>
#include "arch/x86_64/cpu.h"
#include "base/string.h"
#include "core/env.h"
#include "core/frame.h"
#include "core/klog.h"
#include "core/machine.h"
#include "core/slice.h"
#include "core/sweep.h"
#include "core/table.h"
#include "dev/pci.h"
#include "program/program.h"
#include "tests/audit/audit.h"

#define AUDIT_BASE 0xfffffe7000000000ul /* uint32_t per frame, then uint16_t per frame */
#define SAY_MAX    8

static uint32_t *references; /* leaves that name the frame, plus pins */
static uint16_t *links;
static uint32_t mapped[EXO_DEVICE_MAX]; /* leaves that name the device's registers */
static uint32_t violations;
static bool started;

void test_start(void)
{
    uint64_t bytes = frame_count * (sizeof *references + sizeof *links);

    for (uint64_t at = 0; at < bytes; at += EXO_PAGE_SIZE)
        map_kernel(AUDIT_BASE + at, boot_frame(),
                   EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);
    references = (uint32_t *)AUDIT_BASE;
    links = (uint16_t *)(AUDIT_BASE + frame_count * sizeof *references);
    started = true;
}

void audit_say(const char *fmt, ...)
{
    char text[120];
    va_list arguments;

    if (violations++ >= SAY_MAX)
        return;
    va_start(arguments, fmt);
    (void)klog_format(text, sizeof text, fmt, arguments);
    va_end(arguments);
    klog("audit: %s", text);
}

static bool is_memory(uint64_t frame)
{
    return frame < frame_count && frame_table[frame].kind != EXO_FRAME_NONE;
}

/* --- Tables --------------------------------------------------------------------------------------- */

static void audit_leaf(uint64_t table, uint32_t index, uint64_t entry, uint32_t level)
{
    uint64_t first = (entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;

    for (uint64_t f = first; f < first + (level == 2 ? LARGE_FRAMES : 1); f++) {
        if (!is_memory(f)) {
            int device = pci_device_of(f);

            if (device < 0)
                audit_say("table %lu[%u] names %lx: no memory, no device", table, index, f);
            else
                mapped[device]++;
            continue;
        }
        uint8_t kind = frame_table[f].kind;

        references[f]++;
        if (kind == EXO_FRAME_EXPOSED && !(entry & EXO_PTE_WRITE))
            continue;
        if (kind == EXO_FRAME_NET && !(entry & EXO_PTE_WRITE))
            continue;
        if (kind != EXO_FRAME_DATA && kind != EXO_FRAME_UPCALL && kind != EXO_FRAME_RING)
            audit_say("table %lu[%u] maps frame %lu of kind %u", table, index, f, kind);
    }
}

static void audit_table(uint64_t table)
{
    const uint64_t *entries = frame_window(table);
    uint32_t level = frame_table[table].level;

    if (level < 1 || level > 4) {
        audit_say("table %lu has level %u", table, level);
        return;
    }
    if (level == 4)
        audit_kernel_half(table);
    for (uint32_t i = 0; i < (level == 4 ? TABLE_USER_HALF : TABLE_ENTRIES); i++) {
        uint64_t entry = entries[i];
        uint64_t frame = (entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;

        if (!(entry & EXO_PTE_PRESENT)) {
            if (entry & ~(uint64_t)PTE_ABSENT_BITS)
                audit_say("table %lu[%u] is absent but has bits %lx", table, i, entry);
            continue;
        }
        if (!(entry & EXO_PTE_USER) || entry & 0x100)
            audit_say("table %lu[%u] is not a user's: %lx", table, i, entry);
        if (entry_is_leaf(entry, level)) {
            if (level > 2)
                audit_say("table %lu[%u] of level %u has a leaf", table, i, level);
            else
                audit_leaf(table, i, entry, level);
        } else if (!is_memory(frame) || frame_table[frame].kind != EXO_FRAME_TABLE ||
                   frame_table[frame].level != level - 1) {
            audit_say("table %lu[%u] of level %u links to frame %lu", table, i, level, frame);
        } else {
            links[frame]++;
        }
    }
}

/* A table for devices: leaves are data, links are tables of the level below. */
static void audit_dma_table(uint64_t table)
{
    const uint64_t *entries = frame_window(table);
    uint32_t level = frame_table[table].level;

    if (level < 1 || level > arch_dma_levels) {
        audit_say("device table %lu has level %u", table, level);
        return;
    }
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
        uint64_t frame = (entries[i] & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
        uint8_t want = level == 1 ? EXO_FRAME_DATA : EXO_FRAME_DMA;

        if (!entries[i])
            continue;
        if (entries[i] & ~DMA_BITS || !(entries[i] & EXO_PTE_PRESENT))
            audit_say("device table %lu[%u] is %lx", table, i, entries[i]);
        else if (!is_memory(frame) || frame_table[frame].kind != want ||
                 (level > 1 && frame_table[frame].level != level - 1))
            audit_say("device table %lu[%u] of level %u names frame %lu", table, i, level, frame);
        else if (level == 1)
            references[frame]++;
        else
            links[frame]++;
    }
}

/* --- Envs ----------------------------------------------------------------------------------------- */

static void audit_path(const char *what, uint64_t id, const struct path *path)
{
    for (uint32_t i = 0; i < EXO_CAP_DEPTH; i++) {
        bool there = (path->part[i / 4] >> (i % 4 * 16) & 0xffff) != 0;

        if (path->depth > EXO_CAP_DEPTH || there != (i < path->depth)) {
            audit_say("%s of %lx: depth %u, parts %lx %lx", what, id, path->depth, path->part[0],
                      path->part[1]);
            return;
        }
    }
}

void audit_pin(uint64_t frame, const char *what, uint64_t id)
{
    if (is_memory(frame))
        references[frame]++;
    else
        audit_say("%s of %lx is frame %lx", what, id, frame);
}

static void audit_caps(struct env *env)
{
    for (uint32_t s = 0; s < EXO_CAP_SLOTS; s++) {
        const struct cap *cap = &env->cap[s];

        if (!cap->present)
            continue;
        audit_path("capability", env->id, &cap->path);
        if (cap->present != 1 || cap->rights & ~EXO_RIGHT_ALL || cap->sequence & 1)
            audit_say("env %lx slot %u: present %u, rights %x, sequence %u", env->id, s,
                      cap->present, cap->rights, cap->sequence);
    }
}

/* A CPU that finds nobody else to run leaves its env without a lock, then changes its state (slice_leave): it is given the time. */
static void audit_run_state(struct env *env)
{
    uint32_t state = 0, runs = 0;

    for (uint32_t tries = 0; tries < 10000000; tries++) {
        state = atomic_load(&env->state);
        runs = 0;
        for (uint32_t c = 0; c < cpu_count; c++)
            runs += cpu_by_index(c)->env == env;
        if (state != ENV_RUNNING || runs)
            break;
        cpu_relax();
    }
    if (state < ENV_READY || state > ENV_STOPPED || runs != (state == ENV_RUNNING))
        audit_say("env %lx in state %u is current on %u CPUs", env->id, state, runs);
    if (env->sleep_count > EXO_SLEEP_WORDS || (env->sleep_count && state != ENV_SLEEPING))
        audit_say("env %lx in state %u waits for %u words", env->id, state, env->sleep_count);
    if (state == ENV_CALLING) {
        struct env *callee = env_find(env->callee);

        if (!callee || callee->caller != env)
            audit_say("env %lx calls %lx, which does not serve it", env->id, env->callee);
    }
    if (env->caller && (env->caller->state != ENV_CALLING || env->caller->callee != env->id))
        audit_say("env %lx serves %lx, which does not call it", env->id, env->caller->id);
    for (uint32_t c = 0; c < cpu_count; c++)
        if (cpu_by_index(c)->owner == env && cpu_by_index(c)->env != env && state != ENV_CALLING)
            audit_say("env %lx in state %u has its extended state on CPU %u", env->id, state, c);
}

static void audit_env(uint64_t frame)
{
    struct env *env = frame_window(frame);

    if (env->id != (frame_generation(&frame_table[frame]) << EXO_ENV_FRAME_BITS | frame))
        audit_say("env %lx lives in frame %lu of generation %lu", env->id, frame,
                  frame_generation(&frame_table[frame]));
    audit_path("guard", env->id, &env->guard);
    audit_caps(env);
    audit_run_state(env);
    audit_pin(env->root, "root", env->id);
    audit_pin(env->config.upcall_frame, "upcall page", env->id);
    if (is_memory(env->root) &&
        (frame_table[env->root].kind != EXO_FRAME_TABLE || frame_table[env->root].level != 4))
        audit_say("env %lx has root %lu, which is none", env->id, env->root);
    if (is_memory(env->config.upcall_frame) && (frame_table[env->config.upcall_frame].kind != EXO_FRAME_UPCALL ||
                                         env->upcall != frame_window(env->config.upcall_frame)))
        audit_say("env %lx has upcall frame %lu, which is none", env->id, env->config.upcall_frame);
    for (uint32_t i = 0; i < env->sleep_count && i < EXO_SLEEP_WORDS; i++)
        audit_pin(env->word[i].frame, "sleep word", env->id);
}

/* --- Programs --------------------------------------------------------------------------------------- */

static void audit_program(uint64_t frame)
{
    const struct program *program = frame_window(frame);

    if (program->id != (frame_generation(&frame_table[frame]) << EXO_ENV_FRAME_BITS | frame))
        audit_say("program %lx lives in frame %lu", program->id, frame);
    audit_path("guard of program", program->id, &program->guard);
    for (uint32_t page = 0; page < PROGRAM_PAGES; page++) {
        uint64_t f = program_frame(program, page);

        if (f && page >= PROGRAM_PAGE_MEMORY)
            audit_pin(f, "memory window", program->id);
        else if (f && (!is_memory(f) || frame_table[f].kind != EXO_FRAME_CODE))
            audit_say("program %lx: page %u is frame %lu", program->id, page, f);
    }
}

/* --- The machine ---------------------------------------------------------------------------------- */

static void audit_slices(void)
{
    for (uint32_t c = 0; c < cpu_count; c++) {
        for (uint32_t p = 0; p < EXO_SLICE_COUNT; p++) {
            const struct exo_slice *slice = &slice_table[c][p];
            struct path guard = {.part = {slice->guard[0], slice->guard[1]},
                                 .depth = slice->guard_depth & 0xff};

            audit_path("slice guard", p, &guard);
            if (slice->guard_depth & ~0x1ffu)
                audit_say("slice %u of CPU %u: guard depth %x", p, c, slice->guard_depth);
            if (slice->env && !env_find(slice->env))
                audit_say("slice %u of CPU %u names %lx, which does not live", p, c, slice->env);
            if (slice->env && !(slice->guard_depth & 0x100))
                audit_say("slice %u of CPU %u runs %lx but nobody holds it", p, c, slice->env);
        }
    }
    for (uint32_t c = 0; c < cpu_count; c++) {
        uint64_t root = atomic_load(&cpu_by_index(c)->root);

        if (root && (!is_memory(root) || frame_table[root].kind != EXO_FRAME_TABLE ||
                     frame_table[root].level != 4))
            audit_say("CPU %u has frame %lu loaded, which is no root", c, root);
    }
}

/* What the IOMMU knows of a function: the first half of its context entry. */
static uint64_t context_of(uint16_t function)
{
    uint64_t root = arch_dma_levels ? iommu_roots[function >> 8][0] : 0;

    return root ? ((uint64_t *)frame_window(root >> EXO_PAGE_SHIFT))[(function & 0xff) * 2] : 0;
}

static void audit_devices(void)
{
    for (uint32_t d = 0; d < EXO_DEVICE_MAX; d++) {
        const struct exo_device *device = &device_table[d];
        struct path guard = {.part = {device->owner_guard[0], device->owner_guard[1]},
                             .depth = device->owner_depth};

        bool all = pci_functions[d].all;
        uint64_t root = pci_functions[d].root;
        uint64_t entry = device->present ? context_of(device->address) : 0;

        if (root && (!is_memory(root) || frame_table[root].kind != EXO_FRAME_DMA ||
                     frame_table[root].level != arch_dma_levels))
            audit_say("device %u is attached to frame %lu", d, root);
        if ((root || all) && !device->claimed)
            audit_say("device %u reaches memory, but nobody claims it", d);
        if (arch_dma_levels && (entry & ~0xfffull) != root << EXO_PAGE_SHIFT)
            audit_say("device %u: the IOMMU has %lx, not %lx", d, entry, root << EXO_PAGE_SHIFT);
        if (arch_dma_levels && (entry != 0) != (root || all))
            audit_say("device %u: the IOMMU has %lx", d, entry);
        audit_path("device guard", d, &guard);
        if (mapped[d] != pci_functions[d].mapped)
            audit_say("device %u: mapped %u times, %u found", d, pci_functions[d].mapped,
                      mapped[d]);
        if (mapped[d] && !device->claimed)
            audit_say("device %u is mapped, but nobody claims it", d);
    }
}

/* Rows of the interrupt table: a fixed interrupt of the row's own vector, from one function only. */
static void audit_messages(void)
{
    for (uint64_t v = 0; iommu_interrupts && v < 256; v++) {
        uint64_t low = iommu_interrupts[v][0], high = iommu_interrupts[v][1];

        if (!(low & 1))
            continue;
        if (v < VECTOR_DEVICE || v >= VECTOR_DEVICE_END || (low & 0xffffffff) != (v << 16 | 1) ||
            high >> 16 != 4)
            audit_say("interrupt row %lu: %lx %lx", v, low, high);
    }
}

static void audit_frame(uint64_t f)
{
    const struct exo_frame *row = &frame_table[f];
    struct path guard = frame_guard_path(row);
    bool table = row->kind == EXO_FRAME_TABLE || row->kind == EXO_FRAME_DMA;
    bool kernels = table || row->kind == EXO_FRAME_ENV || row->kind == EXO_FRAME_UPCALL ||
                   row->kind == EXO_FRAME_NET || row->kind == EXO_FRAME_RING ||
                   (row->kind == EXO_FRAME_CODE && row->level);

    audit_path("frame guard", f, &guard);
    if (row->kind > EXO_FRAME_DMA)
        audit_say("frame %lu has kind %u", f, row->kind);
    /* Another CPU may be in the middle of a 2 MiB entry: its frames are counted before it is written. */
    if (row->references != references[f] &&
        (row->kind != EXO_FRAME_DATA || row->references - references[f] >= cpu_count))
        audit_say("frame %lu of kind %u: %u references, %u found", f, row->kind, row->references,
                  references[f]);
    if (row->links != links[f] && table)
        audit_say("table %lu: %u links, %u found", f, row->links, links[f]);
    if (row->kind == EXO_FRAME_FREE && (row->references || row->links || row->guard_depth))
        audit_say("free frame %lu: %u references, %u links", f, row->references, row->links);
    if (row->kind != EXO_FRAME_KERNEL && row->kind != EXO_FRAME_EXPOSED &&
        audit_window(f) != kernels)
        audit_say("frame %lu of kind %u: in the window: %u", f, row->kind, audit_window(f));
}

uint32_t audit_run(void)
{
    if (!started)
        return 1;
    lock_take(&env_lock);
    lock_take(&net_lock);
    lock_take(&memory_lock);
    violations = 0;
    memset(references, 0, frame_count * sizeof *references);
    memset(links, 0, frame_count * sizeof *links);
    memset(mapped, 0, sizeof mapped);
    for (uint64_t f = 0; f < frame_count; f++) {
        if (frame_table[f].kind == EXO_FRAME_TABLE)
            audit_table(f);
        else if (frame_table[f].kind == EXO_FRAME_DMA)
            audit_dma_table(f);
        else if (frame_table[f].kind == EXO_FRAME_ENV)
            audit_env(f);
        else if (frame_table[f].kind == EXO_FRAME_NET)
            audit_net_table(f);
        else if (frame_table[f].kind == EXO_FRAME_CODE && frame_table[f].level == 1)
            audit_program(f);
    }
    for (uint32_t d = 0; d < EXO_DEVICE_MAX; d++)
        if (pci_functions[d].root)
            audit_pin(pci_functions[d].root, "domain of a device", d);
    for (uint64_t f = 0; f < frame_count; f++)
        if (frame_table[f].kind != EXO_FRAME_NONE)
            audit_frame(f);
    uint64_t free = 0;

    for (uint64_t f = 0; f < frame_count; f++)
        free += frame_table[f].kind == EXO_FRAME_FREE;
    /* A refused frame_alloc may be about to count what it gave back. */
    if (free < *frames_free || free - *frames_free > EXO_FRAME_RUN_MAX * cpu_count)
        audit_say("%lu frames are free, the machine page says %lu", free, *frames_free);
    audit_slices();
    audit_devices();
    audit_messages();
    audit_kernel_pages();
    uint32_t found = violations;

    lock_drop(&memory_lock);
    lock_drop(&net_lock);
    lock_drop(&env_lock);
    return found;
}
