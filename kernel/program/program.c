/* SPDX-License-Identifier: MIT */
/*
 * program.c - downloaded programs as objects: made of frames that the caller gives, released into them again.
 *
 * Invariants:
 *   1. A frame of kind code is a program's record (level 1; 2 while it cannot be found), the page table of its slot (3), or
 *      named once by that table.
 *   2. No page of a slot is mapped writable and executable, at any time. Text is in no other mapping.
 *   3. The owner's memory window is pinned while the program lives.
 *   4. While `running` is not 0 the program is not destroyed.
 * States: EMPTY -code_load-> CHECK -code_load-> READY | REFUSED. Each can be destroyed.
 * Not here: which program is good for what. Who attaches one decides.
 */
#include "program/program.h"
#include "core/calls.h"
#include "core/frame.h"
#include "core/sleep.h"
#include "core/sweep.h"
#include "core/table.h"
#include "core/ucopy.h"

#define CHUNK       8  /* frame numbers copied, and frames taken, at a time */
#define RELEASE_LOT 16 /* frames that go back at a time */
#define RECORD_MASK ((1ull << EXO_ENV_FRAME_BITS) - 1)

static uint64_t slots[EXO_CODE_PROGRAMS]; /* p: id of the program in each slot, 0: free */
static _Atomic uint32_t flushes;          /* counts program_flush */
static uint32_t flushed[EXO_CPU_MAX];     /* each CPU's: how many it knows of */

/* --- Finding --------------------------------------------------------------------------------------------------------- */

static struct program *find(uint64_t id) /* REQUIRES(program_lock) */
{
    uint64_t frame = id & RECORD_MASK;

    if (frame >= frame_count || frame_table[frame].kind != EXO_FRAME_CODE ||
        frame_table[frame].level != 1)
        return NULL;
    struct program *program = frame_window(frame);

    return program->id == id ? program : NULL;
}

static bool fits(const struct program *program, uint32_t state, uint32_t type)
{
    return (!state || program->report.state == state) && (!type || program->report.type == type);
}

struct program *program_enter(uint64_t id, uint32_t state, uint32_t type)
{
    uint32_t cpu = this_cpu()->index;

    lock_take(&program_lock);
    struct program *program = find(id);

    if (program && !fits(program, state, type))
        program = NULL;
    if (program)
        program->running++;
    lock_drop(&program_lock);
    /* Slots are reused: what this CPU remembers of their pages may be a former program's. */
    uint32_t now = atomic_load(&flushes);

    if (program && flushed[cpu] != now) {
        flushed[cpu] = now;
        arch_flush_all();
    }
    return program;
}

void program_leave(struct program *program)
{
    lock_take(&program_lock);
    program->running--;
    lock_drop(&program_lock);
}

int program_present(struct env *self, uint32_t slot, uint64_t id, uint32_t state, uint32_t type,
                    struct program **out)
{
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);
    struct program *program = error ? NULL : program_enter(id, 0, 0);

    if (error)
        return error;
    if (!program)
        return EXO_E_NONE;
    if (!path_dominates(&cap.path, &program->guard))
        error = EXO_E_CAP;
    else if (!fits(program, state, type))
        error = EXO_E_KIND;
    if (error)
        program_leave(program);
    else
        *out = program;
    return error;
}

bool program_is(uint64_t id, uint32_t type, const struct path *over)
{
    struct program *program = program_enter(id, EXO_CODE_STATE_READY, type);
    bool is = program && path_dominates(over, &program->guard);

    if (program)
        program_leave(program);
    return is;
}

/* --- Pages ------------------------------------------------------------------------------------------------------------ */

static uint64_t *entry_of(const struct program *program, uint32_t page)
{
    return (uint64_t *)frame_window(program->table) + page;
}

uint64_t program_frame(const struct program *program, uint32_t page)
{
    return *entry_of(program, page) >> EXO_PAGE_SHIFT & (EXO_PTE_FRAME >> EXO_PAGE_SHIFT);
}

void program_map(struct program *program, uint32_t page, uint64_t frame, bool write, bool execute)
{
    arch_program_page(entry_of(program, page), frame, write, execute);
    arch_flush_page((uint64_t)program_page(program, page));
}

void program_flush(void)
{
    flushed[this_cpu()->index] = atomic_fetch_add(&flushes, 1) + 1;
    arch_flush_all();
    table_shoot_down(
        0); /* CPUs that idle in the kernel's own space flush when they enter a program */
}

void program_give_back(struct program *program, uint32_t page)
{
    uint64_t frame = program_frame(program, page);

    if (!frame)
        return;
    program_map(program, page, 0, false, false);
    frame_zero(frame);
    frame_table[frame].kind = EXO_FRAME_DATA;
}

/* --- Creation ----------------------------------------------------------------------------------------------------------- */

/* Frame number `index` of the list becomes part of the program (the first two of none yet). */
static int take_at(struct program **program, uint32_t index, uint64_t frame, const struct cap *cap)
{
    int error = 0;

    lock_take(&memory_lock);
    struct exo_frame *row = frame_dominated(frame, cap, &error);

    if (row)
        error = frame_take(frame, row, EXO_FRAME_CODE);
    if (!error && index == PROGRAM_FRAME_RECORD) {
        row->level = 2; /* not to be found yet */
        *program = frame_window(frame);
        (*program)->id = frame_next_generation(row) << EXO_ENV_FRAME_BITS | frame;
    } else if (!error && index == PROGRAM_FRAME_TABLE) {
        row->level = 3;
        (*program)->table = frame;
    } else if (!error) {
        arch_window_close(frame);
        program_map(*program, index - PROGRAM_FRAME_AREA, frame, true, false);
    }
    lock_drop(&memory_lock);
    return error;
}

/*
 * The next lot of a dying program's frames are data again; true: all of them, and its slot is free. Its slot is not in the
 * page tables any more. REQUIRES(memory_lock)
 */
static bool release(struct program *program)
{
    uint64_t id = program->id;
    uint64_t table = program->table;
    uint32_t lot = RELEASE_LOT;

    for (; table && program->released < PROGRAM_PAGES; program->released++) {
        uint64_t frame = program_frame(program, program->released);

        if (!frame)
            continue;
        if (!lot--)
            return false;
        if (program->released < PROGRAM_PAGE_MEMORY) {
            program_give_back(program, program->released);
        } else {
            frame_table[frame].references--;
            program_map(program, program->released, 0, false, false);
        }
    }
    if (slots[program->slot] == id) /* not if it was never listed */
        slots[program->slot] = 0;
    *program = (struct program){0};
    if (table)
        frame_give_back(table);
    frame_give_back(id & RECORD_MASK);
    return true;
}

/* Nobody finds it from now on, but it keeps its slot until all is released. REQUIRES(program_lock) */
static void unlist(struct program *program)
{
    frame_table[program->id & RECORD_MASK].level = 2;
    arch_program_table(program->slot, 0);
}

/* listed: its slot, if it has one: a sweep may release it at the same time. */
static void release_all(struct program *program, const uint64_t *listed)
{
    uint64_t id = program->id;
    bool more = true;

    while (more) {
        lock_take(&memory_lock);
        more = (!listed || *listed == id) && !release(program);
        lock_drop(&memory_lock);
        call_pause();
    }
}

/* Copies the list in small pieces: each number is read once. */
static int take_all(struct program **program, uint64_t list, uint64_t count, const struct cap *cap)
{
    uint64_t numbers[CHUNK];
    int error = 0;

    for (uint32_t i = 0; !error && i < count; i++) {
        if (i % CHUNK == 0) {
            uint64_t n = count - i < CHUNK ? count - i : CHUNK;

            error = ucopy_in(numbers, list + i * sizeof numbers[0], n * sizeof numbers[0]);
        }
        if (!error)
            error = take_at(program, i, numbers[i % CHUNK], cap);
        if (i % CHUNK == CHUNK - 1)
            call_pause();
    }
    return error;
}

/*
 * May the owner of this capability have one more? Whoever holds it is known by the guard of the record's frame, which can be read
 * although the program may just be dying. REQUIRES(program_lock)
 */
static bool room(const struct cap *cap)
{
    struct path domain = {.part = {cap->path.part[0]}, .depth = 1};
    uint32_t held = 0;

    for (uint32_t i = 0; i < EXO_CODE_PROGRAMS; i++)
        held += slots[i] && frame_under(&frame_table[slots[i] & RECORD_MASK], &domain);
    return held < EXO_CODE_PROGRAMS_OWN || !cap->path.depth;
}

struct call_result call_code_create(struct env *, const struct cap *cap, uint64_t place,
                                    uint64_t frames, uint64_t count)
{
    struct program *program = NULL;
    int error = count < EXO_CODE_FRAMES_MIN ? EXO_E_ARG : 0;

    if (!error)
        error = take_all(&program, frames, count, cap);
    if (error) {
        if (program)
            release_all(program, NULL);
        return call_error(error);
    }
    program->guard = cap->path;
    program->slot = (uint32_t)place;
    program->area_pages = (uint32_t)count - PROGRAM_FRAME_AREA - PROGRAM_PAGE_AREA;
    program->seed = arch_entropy();
    program->report.state = EXO_CODE_STATE_EMPTY;
    program->report.frames = (uint32_t)count;
    uint64_t id = program->id;

    lock_take(&program_lock);
    error = slots[place] ? EXO_E_EXISTS : room(cap) ? 0 : EXO_E_BUSY;
    if (!error) {
        slots[place] = id;
        arch_program_table((uint32_t)place, program->table);
        frame_table[id & RECORD_MASK].level = 1;
    }
    lock_drop(&program_lock);
    if (error) {
        release_all(program, NULL);
        return call_error(error);
    }
    program_flush();
    return call_ok((int64_t)id);
}

struct call_result call_code_memory(struct env *self, uint32_t slot, uint64_t id, uint64_t frames,
                                    uint64_t count)
{
    uint64_t numbers[EXO_CODE_MEMORY_CHUNK];
    struct program *program = NULL;
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_READ | EXO_RIGHT_WRITE, &cap);

    if (!error)
        error = ucopy_in(numbers, frames, count * sizeof numbers[0]);
    if (!error)
        error = program_present(self, slot, id, EXO_CODE_STATE_EMPTY, 0, &program);
    if (error)
        return call_error(error);
    lock_take(&memory_lock);
    lock_take(&program_lock);
    if (program->report.state != EXO_CODE_STATE_EMPTY)
        error = EXO_E_KIND;
    else if (program->memory_pages + count > EXO_CODE_MEMORY_MAX)
        error = EXO_E_RANGE;
    for (uint32_t i = 0; !error && i < count; i++) {
        struct exo_frame *row = frame_dominated(numbers[i], &cap, &error);

        if (row && row->kind != EXO_FRAME_DATA)
            error = EXO_E_KIND;
    }
    for (uint32_t i = 0; !error && i < count; i++) {
        frame_table[numbers[i]].references++;
        frame_table[numbers[i]].flags |= EXO_FRAME_FLAG_USED;
        program_map(program, PROGRAM_PAGE_MEMORY + program->memory_pages++, numbers[i],
                    true, false);
    }
    lock_drop(&program_lock);
    lock_drop(&memory_lock);
    program_leave(program);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_code_read(struct env *self, uint32_t slot, uint64_t id, uint64_t report)
{
    struct program *program = NULL;
    int error = program_present(self, slot, id, 0, 0, &program);

    if (error)
        return call_error(error);
    struct exo_code_report copy = program->report;

    copy.users = program->running - 1;
    program_leave(program);
    error = ucopy_out(report, &copy, sizeof copy);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_code_destroy(struct env *self, uint32_t slot, uint64_t id)
{
    struct program *program = NULL;
    int error = program_present(self, slot, id, 0, 0, &program);

    if (error)
        return call_error(error);
    lock_take(&program_lock);
    program->running--;
    error = program->running ? EXO_E_BUSY : 0;
    if (!error)
        unlist(program);
    lock_drop(&program_lock);
    if (error)
        return call_error(error);
    program_flush();
    release_all(program, &slots[program->slot]);
    return call_ok(0);
}

/* Is any of its frames, or of its window's, taken away? */
static bool program_under(const struct sweep *sweep, const struct program *program)
{
    bool hit = sweep_hits(sweep, program->id & RECORD_MASK) || sweep_hits(sweep, program->table);

    for (uint32_t page = 0; !hit && page < PROGRAM_PAGES; page++) {
        uint64_t frame = program_frame(program, page);

        hit = frame && sweep_hits(sweep, frame);
    }
    return hit;
}

bool sweep_programs(struct sweep *sweep)
{
    for (uint64_t place = sweep->at / PROGRAM_PAGES; place < EXO_CODE_PROGRAMS; place++) {
        uint64_t record = slots[place] & RECORD_MASK;

        if (!sweep_pay(sweep, place * PROGRAM_PAGES, record ? SWEEP_MANY : 1))
            return false;
        if (!record)
            continue;
        struct program *program = frame_window(record);

        if (frame_table[record].level == 1) {
            lock_take(&program_lock);
            bool hit = program_under(sweep, program);
            bool busy = hit && program->running;

            if (hit && !busy)
                unlist(program);
            lock_drop(&program_lock);
            if (busy)
                return false; /* it runs on another CPU: again, later */
            if (hit)
                program_flush();
        }
        if (frame_table[record].level != 1 && !release(program))
            return false; /* a lot at a time */
    }
    return true;
}

void program_start(void)
{
    arch_program_table(0, 0);
    code_pause = call_pause;
}
