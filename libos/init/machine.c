/* SPDX-License-Identifier: MIT */
/* machine.c - the kernel's exposed tables, mapped read-only where init expects them. */
#include "exo_stubs.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

struct machine machine;

/*
 * The first table frames cannot be chosen by reading the frame table, because that is not mapped
 * yet: guess from the top of memory.
 */
static uint64_t guess_next;

static uint64_t guess_frame(void *context)
{
    (void)context;
    while (guess_next > 1)
        if (exo_frame_alloc(CAP_ROOT, --guess_next, 1) == 0)
            return guess_next;
    return 0;
}

static void map_table(uint64_t address, uint64_t frame, uint64_t pages, const char *what)
{
    int64_t result = exo_map(&machine.space, address, frame, pages, EXO_PTE_NO_EXECUTE);

    if (result < 0)
        init_fail("the kernel's %s cannot be mapped: error %ld", what, (long)-result);
}

void machine_start(const struct exo_init_start *start)
{
    const struct exo_machine *page = (const struct exo_machine *)start->machine;

    machine.page = page;
    machine.upcall = (struct exo_upcall *)start->upcall;
    machine.env = start->env;
    machine.space =
        (struct exo_space){.slot = CAP_ROOT, .root = start->root, .table_frame = guess_frame};
    guess_next = page->frame_count;
    if (page->version != EXO_ABI_VERSION)
        init_fail("the kernel speaks ABI version %u, init %u: build both from the same source",
                  page->version, EXO_ABI_VERSION);
    map_table(INIT_FRAME_TABLE, page->frame_table_frame, page->frame_table_pages, "frame table");
    machine.frames = (const volatile struct exo_frame *)INIT_FRAME_TABLE;
    machine.space.table_frame = frames_table;
    map_table(INIT_SLICES, page->slice_frame, page->slice_pages, "slice table");
    map_table(INIT_DEVICES, page->device_frame, page->device_pages, "device table");
    machine.slices = (const volatile struct exo_slice *)INIT_SLICES;
    machine.devices = (const volatile struct exo_device *)INIT_DEVICES;
}
