/* SPDX-License-Identifier: MIT */
/* frames.c - boot tests of frame_alloc, frame_free and frame_guard. */
#include "base/string.h"
#include "tests/boot/boot.h"

static const uint64_t no_frame = 1ull << 40;

static uint64_t find_kind(uint8_t kind)
{
    for (uint64_t f = 1; f < machine.page->frame_count; f++)
        if (machine.frames[f].kind == kind)
            return f;
    return 0;
}

static void test_alloc(void)
{
    uint64_t frame = frames_take(CAP_ROOT, 4);
    uint64_t second = 0;

    check(frame != 0, "four free frames in a row");
    expect(exo_frame_free(CAP_ROOT, frame, 4), 0, "give them back");
    expect(exo_frame_alloc(SLOT_EMPTY, frame, 1), -EXO_E_CAP, "alloc without capability");
    expect(exo_frame_alloc(SLOT_NOTHING, frame, 1), -EXO_E_RIGHT, "alloc without the right");
    expect(exo_frame_alloc(CAP_ROOT, machine.page->frame_count, 1), -EXO_E_RANGE,
           "alloc past the end");
    expect(exo_frame_alloc(CAP_ROOT, machine.page->frame_count - 1, 2), -EXO_E_RANGE,
           "alloc across the end");
    expect(exo_frame_alloc(CAP_ROOT, UINT64_MAX, 2), -EXO_E_RANGE, "alloc that wraps");
    expect(exo_frame_alloc(CAP_ROOT, frame, 0), -EXO_E_ARG, "alloc of none");
    expect(exo_frame_alloc(CAP_ROOT, frame, EXO_FRAME_RUN_MAX + 1), -EXO_E_ARG,
           "alloc of too many");
    expect(exo_frame_alloc(SLOT_CHILD, frame + 2, 1), 0, "alloc one");
    expect(exo_frame_alloc_2(CAP_ROOT, frame, 4, &second), -EXO_E_BUSY, "alloc across a taken one");
    expect((int64_t)second, (int64_t)frame + 2, "the second result names it");
    expect(machine.frames[frame].kind, EXO_FRAME_FREE, "the others stay free");
    check(machine.frames[frame + 2].kind == EXO_FRAME_DATA &&
              machine.frames[frame + 2].guard_depth == 1 &&
              machine.frames[frame + 2].guard[0] == 77,
          "the row shows kind and guard");
    expect(exo_frame_free(SLOT_OTHER, frame + 2, 1), -EXO_E_CAP, "free by another domain");
    expect(exo_frame_free(SLOT_NOTHING, frame + 2, 1), -EXO_E_RIGHT,
           "free without the write right");
    expect(exo_frame_free(SLOT_EMPTY, frame + 2, 1), -EXO_E_CAP, "free without capability");
    expect(exo_frame_free(CAP_ROOT, frame + 1, 2), -EXO_E_CAP, "free a run with a free frame");
    expect(exo_frame_free(CAP_ROOT, no_frame, 1), -EXO_E_RANGE, "free past the end");
    expect(exo_frame_free(CAP_ROOT, machine.space.root, 1), -EXO_E_KIND, "free a table");
    expect(exo_frame_free(CAP_ROOT, find_kind(EXO_FRAME_KERNEL), 1), -EXO_E_KIND,
           "free the kernel's frame");
    expect(exo_frame_free(CAP_ROOT, machine.page->machine_frame, 1), -EXO_E_KIND,
           "free the machine page");
    expect(exo_frame_alloc(CAP_ROOT, find_kind(EXO_FRAME_KERNEL), 1), -EXO_E_BUSY,
           "alloc the kernel's frame");
    expect(exo_frame_free(SLOT_CHILD, frame + 2, 1), 0, "free by its owner");
    expect(machine.frames[frame + 2].kind, EXO_FRAME_FREE, "the row shows it");
}

static void test_busy_and_zero(void)
{
    uint64_t frame = frame_new(SLOT_CHILD);
    uint64_t second = 0;

    expect(page_map(0, frame, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "map it");
    expect(machine.frames[frame].references, 1, "it has one reference");
    memset(page_at(0), 0xa5, EXO_PAGE_SIZE);
    expect(exo_frame_free_2(CAP_ROOT, frame, 1, &second), -EXO_E_BUSY, "free a mapped frame");
    expect((int64_t)second, (int64_t)frame, "the second result names it");
    expect(exo_frame_guard_2(CAP_ROOT, frame, 1, SLOT_OTHER, 0, &second), -EXO_E_BUSY,
           "re-guard a mapped frame");
    expect(page_unmap(0), 0, "unmap it");
    expect(exo_frame_guard(CAP_ROOT, frame, 1, SLOT_OTHER, 0), 0, "hand it over as it is");
    expect((int64_t)machine.frames[frame].guard[0], 78, "the row shows the new guard");
    expect(page_map(0, frame, EXO_PTE_NO_EXECUTE), 0, "map it again");
    expect(((uint8_t *)page_at(0))[100], 0xa5, "its contents are as they were");
    expect(page_unmap(0), 0, "unmap it");
    expect(exo_frame_guard(CAP_ROOT, frame, 1, SLOT_CHILD, 1), 0, "hand it over zeroed");
    expect(page_map(0, frame, EXO_PTE_NO_EXECUTE | EXO_PTE_WRITE), 0, "map it again");
    expect(((uint8_t *)page_at(0))[100], 0, "it is zero");
    memset(page_at(0), 0x5a, EXO_PAGE_SIZE);
    expect(page_unmap(0), 0, "unmap it");
    expect(exo_frame_free(CAP_ROOT, frame, 1), 0, "free it");
    expect(exo_frame_alloc(SLOT_OTHER, frame, 1), 0, "another domain takes it");
    expect(page_map(0, frame, EXO_PTE_NO_EXECUTE), 0, "map it");
    bool zero = true;

    for (uint32_t i = 0; i < EXO_PAGE_SIZE; i++)
        zero &= ((uint8_t *)page_at(0))[i] == 0;
    check(zero, "it finds nothing of the first domain");
    expect(page_unmap(0), 0, "unmap it");
    frame_drop(frame);
}

static void test_guard(void)
{
    uint64_t frame = frame_new(SLOT_CHILD);

    expect(exo_frame_guard(SLOT_EMPTY, frame, 1, SLOT_OTHER, 0), -EXO_E_CAP,
           "guard without capability");
    expect(exo_frame_guard(CAP_ROOT, frame, 1, SLOT_EMPTY, 0), -EXO_E_CAP,
           "guard to an empty slot");
    expect(exo_frame_guard(SLOT_OTHER, frame, 1, SLOT_OTHER, 0), -EXO_E_CAP,
           "guard of another's frame");
    expect(exo_frame_guard(SLOT_NOTHING, frame, 1, SLOT_OTHER, 0), -EXO_E_RIGHT,
           "guard without the write right");
    expect(exo_frame_guard(CAP_ROOT, no_frame, 1, SLOT_OTHER, 0), -EXO_E_RANGE,
           "guard past the end");
    expect(exo_frame_guard(CAP_ROOT, machine.space.root, 1, SLOT_OTHER, 0), -EXO_E_KIND,
           "guard of a table");
    expect(exo_frame_guard(CAP_ROOT, frame, 1, SLOT_OTHER, 2), -EXO_E_ARG,
           "guard with an unknown flag");
    frame_drop(frame);
}

void test_frames(void)
{
    test_alloc();
    test_busy_and_zero();
    test_guard();
}
