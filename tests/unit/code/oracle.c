/* SPDX-License-Identifier: MIT */
/* oracle.c - see oracle.h. The verifier's fixpoint is included, because the oracle replays its single steps. */
#include "kernel/code/check.c"
#include "oracle.h"
#include "contains.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct code_check check; /* work: what is known before the current instruction */
    const struct code_check *fixpoint;
    uint32_t previous;
    bool begun;
};

static bool cell_contains(const struct code_cell *cell, uint64_t x, const struct code_run *run)
{
    switch (cell->type) {
    case CELL_NUMBER:
        return value_contains(&cell->n, x);
    case CELL_POINTER:
        return value_contains(&cell->n, x - EXO_CODE_POINTER(cell->region, 0));
    case CELL_END:
        return x == EXO_CODE_POINTER(cell->region, run->window[cell->region].length);
    default:
        return true;
    }
}

static const char *contained(const struct code_state *state, const struct machine *machine)
{
    for (uint32_t r = 0; r < 11; r++)
        if (!cell_contains(&state->reg[r], machine->reg[r], machine->run))
            return "a register holds what the analysis excludes";
    for (uint32_t i = 0; i < CODE_SPILLS; i++) {
        uint64_t x;

        if (!state->spill_slot[i])
            continue;
        memcpy(&x, machine->run->stack + (state->spill_slot[i] - 1) * 8, 8);
        if (!cell_contains(&state->spill[i], x, machine->run))
            return "a stack slot holds what the analysis excludes";
    }
    for (uint32_t i = 0; i < EXO_CODE_STACK / 64; i++)
        if (state->written[i] & ~machine->stack_written[i])
            return "a stack byte that the analysis calls written is not";
    for (uint32_t region = 0; region < EXO_CODE_REGIONS; region++)
        if (state->length[region] > machine->run->window[region].length)
            return "a region is shorter than the analysis says";
    return NULL;
}

/* The single step from replay->previous to pc. */
static const char *advance(struct replay *replay, uint32_t pc)
{
    const struct code_insn *insn = &replay->check.subject.insn[replay->previous];

    if (code_is_always(insn))
        return NULL;
    if (!code_is_jump(insn))
        return transfer(&replay->check, replay->previous) ? "the analysis refuses a step now"
                                                          : NULL;
    bool goes = (uint32_t)code_target(insn, replay->previous) == pc;
    bool falls = replay->previous + 1 == pc;

    if (goes && falls)
        return NULL;
    return refine(&replay->check, insn, goes) ? NULL : "a path is taken that the analysis excludes";
}

static const char *watch(struct machine *machine, uint32_t pc, void *argument)
{
    struct replay *replay = argument;
    const struct code_note *note = &replay->fixpoint->note[pc];
    const char *wrong = replay->begun ? advance(replay, pc) : NULL;

    if (!wrong && replay->begun)
        wrong = contained(&replay->check.work, machine);
    replay->begun = true;
    replay->previous = pc;
    if (wrong || !(note->flags & CODE_NOTE_HEAD))
        return wrong;
    if (!replay->fixpoint->visits[note->state])
        return "control is at a head that has no state";
    replay->check.work = replay->fixpoint->state[note->state];
    return contained(&replay->check.work, machine);
}

enum code_progress oracle_check(struct code_check *check, const struct subject *subject,
                                void *scratch)
{
    struct code_subject code = {.insn = subject->insn,
                                .count = subject->count,
                                .type = subject->type,
                                .memory_bytes = subject->memory_bytes,
                                .rodata_bytes = subject->rodata_bytes};
    enum code_progress progress = code_check_begin(check, &code, scratch, SCRATCH_BYTES);

    while (progress == CODE_MORE)
        progress = code_check_step(check, 64);
    return progress;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

void oracle_setting(struct setting *setting, const struct subject *subject)
{
    static const uint64_t edges[] = {0,          1,          UINT64_MAX, 1ull << 63,
                                     0x7fffffff, 0x80000000, 0xff,       64};
    const struct code_type *type = &code_types[subject->type];
    uint64_t seed = subject->seed | 1;

    memset(&setting->run, 0, offsetof(struct code_run, stack));
    memset(setting->run.stack, 0xa5, sizeof setting->run.stack);
    for (uint32_t region = EXO_CODE_PACKET_REGION; region < EXO_CODE_REGIONS; region++) {
        uint32_t length = subject->input_bytes;

        if (region == EXO_CODE_MEMORY)
            length = subject->memory_bytes;
        if (region == EXO_CODE_RODATA)
            length = subject->rodata_bytes;
        if (!type->access[region])
            length = 0;
        setting->run.window[region] =
            (struct code_window){.base = setting->memory[region], .length = length};
        for (uint32_t i = 0; i + 8 <= length; i += 8) {
            uint64_t x = next_random(&seed);

            if (x % 4 == 0)
                x = edges[x / 8 % 8];
            memcpy(setting->memory[region] + i, &x, 8);
        }
    }
    for (uint32_t i = 0; i < 8; i++)
        setting->run.context[i] = i % 2 ? next_random(&seed) : edges[next_random(&seed) % 8];
    memset(setting->own, 0, sizeof setting->own);
    setting->run.own = setting->own;
    setting->run.own_max = 16;
    code_run_begin(&setting->run, type);
    setting->run.fuel = subject->seed % 8 ? 512 : 4096; /* enough for most loops, and cheaper */
}

const char *oracle_run(const struct code_check *check, const struct subject *subject,
                       struct setting *setting, uint64_t *result, uint32_t *insn)
{
    static struct code_note notes[PROGRAM_MAX]; /* the replay's own: transfer() writes them */
    static struct replay replay;
    struct machine machine = {
        .run = &setting->run, .check = check, .watch = watch, .argument = &replay};
    int64_t fuel = setting->run.fuel;

    memcpy(notes, check->note, subject->count * sizeof notes[0]);
    replay = (struct replay){.check = *check, .fixpoint = check};
    replay.check.note = notes;
    *result = interpret(&machine);
    code_run_end(&setting->run, check->type, *result);
    *insn = machine.violation_insn;
    if (!machine.violation && machine.executed > check->note[0].cost + (uint64_t)fuel) {
        *insn = 0;
        return "a run was longer than cost and fuel allow";
    }
    return machine.violation;
}
