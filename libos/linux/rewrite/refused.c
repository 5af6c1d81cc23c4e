/* SPDX-License-Identifier: MIT */
/*
 * refused.c - which reflected calls need no second look, and the account of them.
 *
 * A lost row (two sites whose addresses end in the same byte) only means that a site is examined again.
 */
#include "libos/linux/rewrite/refused.h"

#define SITES_SHOWN   4
#define SYSCALL_BYTES 2

static_assert(sizeof(struct refused) == 32, "entry.S");

struct refused refused_rows[REFUSED_ROWS];
static uint64_t counts[REFUSAL_COUNT]; /* of rows that are gone */

void refused_note(uint64_t rip, enum refusal reason)
{
    struct refused *row = &refused_rows[rip % REFUSED_ROWS];

    if (reason == REFUSED_NOT) {
        counts[REFUSED_NOT]++;
        return;
    }
    counts[row->reason] += row->count;
    *row = (struct refused){.key = rip | this_vcpu()->site_key, .count = 1, .reason = reason};
}

static const char *const text[REFUSAL_COUNT] = {
    [REFUSED_NOT] = "first calls of sites that were then rewritten",
    [REFUSED_SHAPE] = "the instructions before it allow no jump",
    [REFUSED_MEMORY] = "code that is not, or not only, a file's",
    [REFUSED_RESTORER] = "return from a signal handler",
    [REFUSED_READ] = "the program reads that page of its code",
    [REFUSED_WRITTEN] = "the file may be written",
    [REFUSED_TWICE] = "entered behind the jump, or overlapping",
    [REFUSED_ROOM] = "no slot or no memory",
    [REFUSED_OFF] = "rewriting is off"};

/* The sites that came most often. */
static void report_sites(void)
{
    for (uint32_t shown = 0; shown < SITES_SHOWN; shown++) {
        struct refused *most = &refused_rows[0];

        for (uint32_t i = 1; i < REFUSED_ROWS; i++)
            if (refused_rows[i].count > most->count)
                most = &refused_rows[i];
        if (!most->count)
            return;
        summary_line("reflected: %8lu x at %lx: %s", most->count,
                     (most->key & 0xfffffffffffful) - SYSCALL_BYTES, text[most->reason]);
        counts[most->reason] += most->count;
        most->count = 0;
    }
}

void refused_report(uint64_t direct, uint64_t rewritten)
{
    uint64_t reflected = 0;

    report_sites();
    for (uint32_t i = 0; i < REFUSED_ROWS; i++) {
        counts[refused_rows[i].reason] += refused_rows[i].count;
        refused_rows[i].count = 0;
    }
    for (uint32_t r = 0; r < REFUSAL_COUNT; r++)
        reflected += counts[r];
    uint64_t share = direct + reflected ? reflected * 1000 / (direct + reflected) : 0;

    summary_line("calls: %lu direct from %lu rewritten sites, %lu reflected (%lu.%lu %%)", direct,
                 rewritten, reflected, share / 10, share % 10);
    for (uint32_t r = 0; r < REFUSAL_COUNT; r++)
        if (counts[r])
            summary_line("reflected: %8lu x %s", counts[r], text[r]);
}
