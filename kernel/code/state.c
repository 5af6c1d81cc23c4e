/* SPDX-License-Identifier: MIT */
/*
 * state.c - what is known at one place of a program: registers, stack, lengths; and where paths meet.
 *
 * The stack: a byte is unwritten, part of a number, or part of a pointer. `written` has the second kind. Up to
 * CODE_SPILLS aligned 8-byte slots are known better (spill): a number with bounds, whose bytes are written; or a pointer,
 * whose bytes are not, so that parts of it cannot be read.
 */
#include "code/check.h"

void code_state_begin(struct code_state *state, const struct code_subject *subject)
{
    *state = (struct code_state){0};
    state->reg[1] =
        (struct code_cell){.type = CELL_POINTER, .region = EXO_CODE_CONTEXT, .n = value_of(0)};
    state->reg[10] = (struct code_cell){
        .type = CELL_POINTER, .region = EXO_CODE_STACK_REGION, .n = value_of(EXO_CODE_STACK)};
    state->length[EXO_CODE_MEMORY] = subject->memory_bytes;
    state->length[EXO_CODE_RODATA] = subject->rodata_bytes;
}

/* --- Where paths meet ----------------------------------------------------------------------------------------- */

static bool merge_cell(struct code_cell *into, const struct code_cell *from, uint32_t visits,
                       const uint64_t *threshold, uint32_t count)
{
    struct value n;

    if (into->type == CELL_NONE || (into->type == CELL_MIXED && from->type != CELL_NONE))
        return false;
    if (into->type != from->type || into->region != from->region) {
        uint8_t type = from->type == CELL_NONE ? CELL_NONE : CELL_MIXED;

        *into = (struct code_cell){.type = type};
        return true;
    }
    if (value_equal(&into->n, &from->n))
        return false;
    if (visits < 4)
        n = value_join(into->n, from->n);
    else
        n = value_widen(into->n, from->n, threshold, count);
    if (value_equal(&into->n, &n))
        return false;
    into->n = visits < 24 ? n : value_any();
    return true;
}

static int spill_find(const struct code_state *state, uint32_t slot)
{
    for (int i = 0; i < CODE_SPILLS; i++)
        if (state->spill_slot[i] == slot + 1)
            return i;
    return -1;
}

/* The slot is known no better than its `written` bits say. */
static void spill_drop(struct code_state *state, int i)
{
    state->spill_slot[i] = 0;
    state->spill[i] = (struct code_cell){0};
}

static bool merge_spills(struct code_state *into, const struct code_state *from, uint32_t visits,
                         const uint64_t *threshold, uint32_t count)
{
    bool changed = false;

    for (int i = 0; i < CODE_SPILLS; i++) {
        code_breathe((uint32_t)i);
        if (!into->spill_slot[i])
            continue;
        int other = spill_find(from, into->spill_slot[i] - 1u);
        struct code_cell *cell = &into->spill[i];

        if (other < 0 || cell->type != from->spill[other].type ||
            cell->region != from->spill[other].region) {
            spill_drop(into, i);
            changed = true;
        } else {
            changed |= merge_cell(cell, &from->spill[other], visits, threshold, count);
        }
    }
    return changed;
}

bool code_state_merge(struct code_state *into, const struct code_state *from, uint32_t visits,
                      const uint64_t *threshold, uint32_t count)
{
    bool changed = merge_spills(into, from, visits, threshold, count);

    for (uint32_t r = 0; r < 11; r++) {
        code_breathe(r);
        changed |= merge_cell(&into->reg[r], &from->reg[r], visits, threshold, count);
    }
    for (uint32_t i = 0; i < EXO_CODE_STACK / 64; i++) {
        changed |= (into->written[i] & ~from->written[i]) != 0;
        into->written[i] &= from->written[i];
    }
    for (uint32_t region = 0; region < EXO_CODE_REGIONS; region++) {
        if (into->length[region] <= from->length[region])
            continue;
        into->length[region] = visits < 24 ? from->length[region] : 0;
        changed = true;
    }
    return changed;
}

/* --- The stack -------------------------------------------------------------------------------------------------- */

/* Bits of the written mask for [offset, offset + bytes); bytes <= 8, they may lie in two words. */
static void mark(struct code_state *state, uint32_t offset, uint32_t bytes, bool written)
{
    for (uint32_t i = offset; i < offset + bytes; i++) {
        uint64_t bit = (uint64_t)1 << (i % 64);

        if (written)
            state->written[i / 64] |= bit;
        else
            state->written[i / 64] &= ~bit;
    }
}

static int spill_free(struct code_state *state)
{
    for (int i = 0; i < CODE_SPILLS; i++)
        if (!state->spill_slot[i])
            return i;
    for (int i = 0; i < CODE_SPILLS; i++)
        if (state->spill[i].type == CELL_NUMBER)
            return i; /* its bytes stay written, its bounds are forgotten */
    return -1;
}

uint32_t code_stack_store(struct code_state *state, uint32_t offset, uint32_t bytes,
                          const struct code_cell *cell)
{
    bool pointer = cell->type != CELL_NUMBER;
    int i;

    if (pointer && (bytes != 8 || offset % 8))
        return EXO_CODE_E_LEAK;
    for (uint32_t slot = offset / 8; slot <= (offset + bytes - 1) / 8; slot++) {
        i = spill_find(state, slot);
        if (i >= 0)
            spill_drop(state, i); /* of a pointer nothing is left: its bytes are not written */
    }
    mark(state, offset, bytes, !pointer);
    if (bytes != 8 || offset % 8)
        return 0;
    i = spill_free(state);
    if (i < 0)
        return pointer ? EXO_CODE_E_COMPLEX : 0;
    state->spill_slot[i] = (uint8_t)(offset / 8 + 1);
    state->spill[i] = *cell;
    return 0;
}

uint32_t code_stack_load(const struct code_state *state, uint32_t offset, uint32_t bytes,
                         struct code_cell *out)
{
    int i = bytes == 8 && offset % 8 == 0 ? spill_find(state, offset / 8) : -1;

    if (i >= 0) {
        *out = state->spill[i];
        return 0;
    }
    for (uint32_t at = offset; at < offset + bytes; at++)
        if (!(state->written[at / 64] >> (at % 64) & 1))
            return EXO_CODE_E_UNINIT;
    *out = (struct code_cell){.type = CELL_NUMBER, .n = value_truncate(value_any(), bytes * 8)};
    return 0;
}
