/* SPDX-License-Identifier: MIT */
/* tables.c - boot tests of table_create, table_destroy, pt_update and space_switch. */
#include "base/string.h"
#include "tests/boot/boot.h"

#define LEAF (EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE)
#define WORK (WORK_ADDRESS + (8ull << 12)) /* page 8 of the work pages */

/* One entry, by one of the two calls in turn: the rules are the same. */
static int64_t update(uint32_t slot, uint64_t root, uint64_t address, uint64_t entry)
{
    static uint32_t turn;
    struct exo_pte request = {.address = address, .entry = entry};

    return turn++ % 2 ? exo_pt_update(slot, root, &request, 1)
                      : exo_pt_write(slot, root, address, entry, 1);
}

static void test_create(void)
{
    uint64_t frame = frame_new(SLOT_CHILD);
    uint64_t upper = frame_new(SLOT_CHILD);

    expect(exo_table_create(SLOT_CHILD, frame, 0), -EXO_E_ARG, "a table of level 0");
    expect(exo_table_create(SLOT_CHILD, frame, 5), -EXO_E_ARG, "a table of level 5");
    expect(exo_table_create(SLOT_EMPTY, frame, 1), -EXO_E_CAP, "create without capability");
    expect(exo_table_create(SLOT_OTHER, frame, 1), -EXO_E_CAP, "create from another's frame");
    expect(exo_table_create(SLOT_NOTHING, frame, 1), -EXO_E_RIGHT,
           "create without the write right");
    expect(exo_table_create(CAP_ROOT, 1ull << 40, 1), -EXO_E_RANGE, "create past the end");
    expect(exo_table_create(CAP_ROOT, machine.space.root, 1), -EXO_E_KIND, "create from a table");
    expect(page_map(8, frame, LEAF), 0, "map the frame");
    expect(exo_table_create(SLOT_CHILD, frame, 1), -EXO_E_BUSY, "create from a mapped frame");
    expect(page_unmap(8), 0, "unmap it");
    expect(exo_table_create(SLOT_CHILD, frame, 1), 0, "create");
    check(machine.frames[frame].kind == EXO_FRAME_TABLE && machine.frames[frame].level == 1,
          "the row shows it");
    expect(page_map(8, frame, LEAF), -EXO_E_KIND, "a table cannot be mapped as data");
    expect(page_map(8, frame, LEAF | EXO_PTE_WRITE), -EXO_E_KIND, "nor writable");
    expect(exo_table_create(SLOT_CHILD, upper, 4), 0, "create a root");
    expect(exo_table_destroy(SLOT_EMPTY, frame), -EXO_E_CAP, "destroy without capability");
    expect(exo_table_destroy(SLOT_OTHER, frame), -EXO_E_CAP, "destroy another's table");
    expect(exo_table_destroy(SLOT_NOTHING, frame), -EXO_E_RIGHT, "destroy without the write right");
    expect(exo_table_destroy(CAP_ROOT, 1ull << 40), -EXO_E_RANGE, "destroy past the end");
    expect(exo_table_destroy(CAP_ROOT, machine.page->machine_frame), -EXO_E_KIND,
           "destroy what is no table");
    expect(exo_table_destroy(CAP_ROOT, machine.space.root), -EXO_E_BUSY,
           "destroy the space that runs");
    expect(exo_table_destroy(SLOT_CHILD, frame), 0, "destroy");
    expect(exo_table_destroy(SLOT_CHILD, upper), 0, "destroy the root");
    frame_drop(frame);
    frame_drop(upper);
}

static void test_leaves(void)
{
    uint64_t frame = frame_new(SLOT_CHILD);
    uint64_t bits = frame << 12 | LEAF;
    uint64_t root = machine.space.root;

    expect(update(CAP_ROOT, root, WORK | 1, bits | EXO_PTE_WRITE), 1, "map a page");
    check((*exo_entry(WORK, 1) & EXO_PTE_FRAME) == frame << 12,
          "the recursive window shows the entry");
    check(!(*exo_entry(WORK, 1) & EXO_PTE_ACCESSED), "not yet accessed");
    *(volatile uint64_t *)WORK = 1;
    check((*exo_entry(WORK, 1) & (EXO_PTE_ACCESSED | EXO_PTE_DIRTY)) ==
              (EXO_PTE_ACCESSED | EXO_PTE_DIRTY),
          "accessed and dirty are visible");
    expect(update(CAP_ROOT, root, WORK | 1, bits), 1, "take the write right");
    expect(update(CAP_ROOT, root, WORK | 1, bits | EXO_PTE_SOFT | EXO_PTE_SOFT_HIGH), 1,
           "software bits");
    expect(update(CAP_ROOT, root, WORK | 1, EXO_PTE_SOFT), 1,
           "an absent entry may hold software bits");
    expect(machine.frames[frame].references, 0, "the reference is gone");
    expect(update(CAP_ROOT, root, WORK | 1, 1ull << 12), -EXO_E_ARG,
           "an absent entry with a frame");
    expect(update(CAP_ROOT, root, WORK | 1, bits | 0x100), -EXO_E_ARG, "the global bit");
    expect(update(CAP_ROOT, root, WORK | 1, bits | EXO_PTE_LARGE), -EXO_E_ARG,
           "the large bit at level 1");
    expect(update(CAP_ROOT, root, WORK | 0, bits), -EXO_E_ARG, "level 0");
    expect(update(CAP_ROOT, root, WORK | 5, bits), -EXO_E_ARG, "level 5");
    expect(update(CAP_ROOT, root, WORK | 0x10 | 1, bits), -EXO_E_ARG, "stray address bits");
    expect(update(CAP_ROOT, root, WORK | 2, bits), -EXO_E_ARG, "not aligned for level 2");
    expect(update(CAP_ROOT, root, EXO_USER_END | 1, bits), -EXO_E_ARG, "the first kernel page");
    expect(update(CAP_ROOT, root, 0xffffffff80000000 | 1, bits), -EXO_E_ARG, "a kernel address");
    expect(update(CAP_ROOT, root, 0xffffff0000000000 | 4, 0), -EXO_E_ARG, "the recursive slot");
    expect(update(CAP_ROOT, root, 0x0000800000000000 | 4, 0), -EXO_E_ARG,
           "a non-canonical address");
    expect(update(CAP_ROOT, root, 0x123400000000 | 1, bits), -EXO_E_NONE, "no table there");
    expect(update(CAP_ROOT, root, WORK | 1, machine.page->frame_count << 12 | LEAF), -EXO_E_RANGE,
           "no such frame");
    expect(update(SLOT_EMPTY, root, WORK | 1, bits), -EXO_E_CAP, "without capability");
    expect(update(SLOT_CHILD, root, WORK | 1, bits), -EXO_E_CAP, "in another's space");
    expect(update(CAP_ROOT, frame, WORK | 1, bits), -EXO_E_KIND, "in what is no root");
    expect(update(SLOT_READER, root, WORK | 1, bits), 1, "a reader may map for reading");
    expect(update(SLOT_READER, root, WORK | 1, bits | EXO_PTE_WRITE), -EXO_E_RIGHT,
           "but not for writing");
    expect(update(CAP_ROOT, root, WORK | 1, 0), 1, "unmap");
    expect(
        update(CAP_ROOT, root, WORK | 1, machine.page->machine_frame << 12 | LEAF | EXO_PTE_WRITE),
        -EXO_E_RIGHT, "a kernel table cannot be mapped writable");
    expect(update(SLOT_READER, root, WORK | 1, machine.page->frame_table_frame << 12 | LEAF),
           -EXO_E_RIGHT, "the frame table needs the observe right");
    expect(update(SLOT_READER, root, WORK | 1, machine.page->machine_frame << 12 | LEAF), 1,
           "the machine page needs none");
    expect(update(CAP_ROOT, root, WORK | 1, 0), 1, "unmap");
    expect(update(CAP_ROOT, root, WORK | 1, (machine.env & 0xfffffff) << 12 | LEAF), -EXO_E_KIND,
           "an env cannot be mapped");
    frame_drop(frame);
    expect(update(CAP_ROOT, root, WORK | 1, bits), -EXO_E_CAP, "a free frame cannot be mapped");
}

static void test_batches(void)
{
    uint64_t frame = frame_new(CAP_ROOT);
    struct exo_pte batch[EXO_PT_BATCH_MAX];
    uint64_t second = 0;

    for (uint32_t i = 0; i < 32; i++)
        batch[i] =
            (struct exo_pte){.address = (WORK + i * 4096ull) | 1, .entry = frame << 12 | LEAF};
    batch[20].entry |= 0x100;
    expect(exo_pt_update_2(CAP_ROOT, machine.space.root, batch, 32, &second), -EXO_E_ARG,
           "a batch with a bad entry");
    expect((int64_t)second, 20, "stops there and says so");
    expect(machine.frames[frame].references, 20, "what came before has effect");
    batch[20].entry &= ~0x100ull;
    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, 32), 32, "the whole batch");
    expect(machine.frames[frame].references, 32, "counts each mapping once");
    for (uint32_t i = 0; i < 32; i++)
        batch[i].entry = 0;
    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, 32), 32, "unmap");
    expect(machine.frames[frame].references, 0, "no mapping left");
    batch[0] = (struct exo_pte){.address = EXO_PT_SPACE, .entry = frame};
    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, 1), -EXO_E_KIND,
           "a batch that goes to no space");
    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, 0), -EXO_E_ARG, "an empty batch");
    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, EXO_PT_BATCH_MAX + 1), -EXO_E_ARG,
           "a batch too long");
    frame_drop(frame);
}

/* Pages in a row, over the end of a table, by one call. */
static void test_rows(void)
{
    uint64_t first = frames_take(CAP_ROOT, 8), root = machine.space.root;
    uint64_t at = WORK_ADDRESS + (1ull << 21) - 4 * 4096;

    expect(exo_tables(&machine.space, at, 8 * 4096, 1), 0, "tables on both sides");
    expect(exo_pt_write(CAP_ROOT, root, at | 1, first << 12 | LEAF | EXO_PTE_WRITE, 8), 8,
           "eight pages over the end of a table");
    for (uint64_t i = 0; i < 8; i++)
        *(volatile uint64_t *)(at + i * 4096) = i;
    bool right = true;

    for (uint64_t i = 0; i < 8; i++)
        right &= (*exo_entry(at + i * 4096, 1) & EXO_PTE_FRAME) == (first + i) << 12 &&
                 machine.frames[first + i].references == 1;
    check(right, "each has its frame, counted once");
    expect(exo_pt_write(CAP_ROOT, root, at | 1, first << 12 | LEAF, 8), 8, "they lose a right");
    expect(exo_pt_write(SLOT_OTHER, root, at | 1, 0, 8), -EXO_E_CAP, "a row in another's space");
    expect(exo_pt_write(CAP_ROOT, root, at | 1, 0x800, 8), 8, "they go, with a soft bit left");
    check(*exo_entry(at, 1) == 0x800 && !machine.frames[first + 7].references, "which stays");
    expect(exo_pt_write(CAP_ROOT, root, (WORK & ~((1ull << 21) - 1)) | 2, 0, 2), -EXO_E_ARG,
           "no rows of links");
    expect(exo_pt_write(CAP_ROOT, root, WORK | 1 | EXO_PT_SPACE, root, 1), -EXO_E_ARG,
           "and no way to another space");
    expect(exo_pt_write(CAP_ROOT, root, at | 1, 0, 8), 8, "gone");
    expect(exo_frame_free(CAP_ROOT, first, 8), 0, "and free");
    uint64_t table = (*exo_entry(at + 4 * 4096, 2) & EXO_PTE_FRAME) >> 12;

    expect(exo_link(&machine.space, root, at + 4 * 4096, 2, 0), 0, "the second table is unlinked");
    expect(exo_table_destroy(CAP_ROOT, table), 0, "and taken apart");
    frame_drop(table);
}

/* A second space that shares all of this one's lower tables. */
static void test_spaces(void)
{
    uint64_t root = frame_new(CAP_ROOT);
    uint64_t table = frame_new(CAP_ROOT);
    uint64_t page = frame_new(CAP_ROOT);
    struct exo_space other = machine.space;

    expect(exo_table_create(CAP_ROOT, root, 4), 0, "a second root");
    for (uint64_t slot = 0; slot < 256; slot++) {
        uint64_t entry = *exo_entry(slot << 39, 4);

        if (entry & EXO_PTE_PRESENT)
            expect(exo_link(&other, root, slot << 39, 4, (entry & EXO_PTE_FRAME) >> 12), 0,
                   "share slot %lu", (unsigned long)slot);
    }
    expect(exo_table_create(CAP_ROOT, table, 3), 0, "a table for a slot of its own");
    expect(exo_link(&other, root, 0x200000000000, 4, table), 0, "link it");
    expect(machine.frames[table].links, 1, "the row counts the link");
    expect(exo_table_destroy(CAP_ROOT, table), -EXO_E_BUSY, "a linked table is not destroyed");
    expect(exo_link(&other, root, 0x200000000000, 4, page), -EXO_E_KIND, "link a data frame");
    expect(exo_link(&other, root, 0x200000000000, 4, root), -EXO_E_KIND,
           "link a table of the wrong level");
    expect(exo_link(&other, root, 0x200000000000, 4, machine.page->frame_count), -EXO_E_RANGE,
           "link past the end");
    expect(
        exo_link(&other, root, 0x200000000000, 4, (*exo_entry(0x400000, 4) & EXO_PTE_FRAME) >> 12),
        -EXO_E_EXISTS, "link over a link");
    expect(exo_space_switch(SLOT_EMPTY, root), -EXO_E_CAP, "switch without capability");
    expect(exo_space_switch(SLOT_CHILD, root), -EXO_E_CAP, "switch to another's space");
    expect(exo_space_switch(SLOT_READER, root), -EXO_E_RIGHT, "switch without the write right");
    expect(exo_space_switch(CAP_ROOT, 1ull << 40), -EXO_E_RANGE, "switch past the end");
    expect(exo_space_switch(CAP_ROOT, page), -EXO_E_KIND, "switch to a data frame");
    expect(exo_space_switch(CAP_ROOT, table), -EXO_E_KIND, "switch to a table of level 3");
    expect(exo_space_switch(CAP_ROOT, root), 0, "switch");
    check((*exo_entry(0x200000000000, 4) & EXO_PTE_FRAME) == table << 12,
          "the other space is loaded");
    expect(exo_table_destroy(CAP_ROOT, root), -EXO_E_BUSY, "the loaded space is not destroyed");
    expect(exo_space_switch(CAP_ROOT, machine.space.root), 0, "switch back");
    expect(exo_table_destroy(CAP_ROOT, root), 0, "destroy the second space");
    expect(machine.frames[table].links, 0, "its link is gone");
    expect(exo_table_destroy(CAP_ROOT, table), 0, "destroy its table");
    frame_drop(root);
    frame_drop(table);
    frame_drop(page);
}

/* A domain [77] with a space of its own can reach nothing of [78], nothing of the root's, nothing
 * of the kernel's. */
static void test_isolation(void)
{
    uint64_t tables[4];
    uint64_t mine = frame_new(SLOT_CHILD);
    uint64_t theirs = frame_new(SLOT_OTHER);
    uint64_t their_table = frame_new(SLOT_OTHER);
    struct exo_space space = {.slot = SLOT_CHILD};

    for (uint32_t level = 1; level <= 4; level++) {
        tables[level - 1] = frame_new(SLOT_CHILD);
        expect(exo_table_create(SLOT_CHILD, tables[level - 1], level), 0, "a table of level %u",
               level);
    }
    space.root = tables[3];
    for (uint32_t level = 4; level > 1; level--)
        expect(exo_link(&space, tables[3], 0x10000000, level, tables[level - 2]), 0,
               "link level %u", level);
    expect(exo_table_create(SLOT_OTHER, their_table, 1), 0, "a table of [78]");
    expect(update(SLOT_CHILD, tables[3], 0x10000000 | 1, mine << 12 | LEAF | EXO_PTE_WRITE), 1,
           "[77] maps its own frame");
    expect(update(SLOT_CHILD, tables[3], 0x10001000 | 1, theirs << 12 | LEAF), -EXO_E_CAP,
           "not a frame of [78]");
    expect(update(SLOT_OTHER, tables[3], 0x10001000 | 1, theirs << 12 | LEAF), -EXO_E_CAP,
           "[78] does not get its frame in either");
    expect(exo_link(&space, tables[3], 0x10200000, 2, their_table), -EXO_E_CAP,
           "not a table of [78]");
    expect(
        exo_link(&space, tables[3], 0x10200000, 2, (*exo_entry(0x400000, 2) & EXO_PTE_FRAME) >> 12),
        -EXO_E_CAP, "not a table of the root domain");
    expect(update(SLOT_CHILD, tables[3], 0x10001000 | 1,
                  (*exo_entry(0x400000, 1) & EXO_PTE_FRAME) | LEAF),
           -EXO_E_CAP, "not the text of the first env");
    expect(update(SLOT_CHILD, tables[3], 0x10001000 | 1, tables[0] << 12 | LEAF), -EXO_E_KIND,
           "not its own table");
    for (uint64_t f = 1, tried = 0; f < machine.page->frame_count && tried < 50; f++) {
        if (machine.frames[f].kind != EXO_FRAME_KERNEL)
            continue;
        int64_t got = update(SLOT_CHILD, tables[3], 0x10001000 | 1, f << 12 | LEAF);

        tried++;
        if (got >= 0)
            check(false, "kernel frame %lu was mapped", (unsigned long)f);
    }
    /* The root may map one domain's frame into another's space: sharing is the root's to decide. */
    expect(update(CAP_ROOT, tables[3], 0x10001000 | 1, theirs << 12 | LEAF), 1,
           "the root domain shares a frame");
    expect(machine.frames[theirs].references, 1, "it is counted");
    expect(update(SLOT_CHILD, tables[3], 0x10001000 | 1, theirs << 12 | LEAF | EXO_PTE_WRITE),
           -EXO_E_CAP, "[77] cannot widen it");
    /* One batch, two spaces. */
    struct exo_pte batch[3] = {{.address = WORK | 1, .entry = mine << 12 | LEAF},
                               {.address = EXO_PT_SPACE, .entry = tables[3]},
                               {.address = 0x10002000 | 1, .entry = mine << 12 | LEAF}};

    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, 3), 3, "a batch over two spaces");
    expect(machine.frames[mine].references, 3, "each entry is counted");
    batch[0].entry = 0;
    batch[2].entry = 0;
    expect(exo_pt_update(CAP_ROOT, machine.space.root, batch, 3), 3, "and undone");
    for (uint32_t level = 4; level >= 1; level--) {
        expect(exo_table_destroy(SLOT_CHILD, tables[level - 1]), 0, "destroy level %u", level);
        frame_drop(tables[level - 1]);
    }
    expect(machine.frames[mine].references + machine.frames[theirs].references, 0,
           "no reference is left");
    expect(exo_table_destroy(SLOT_OTHER, their_table), 0, "destroy the table of [78]");
    frame_drop(mine);
    frame_drop(theirs);
    frame_drop(their_table);
}

/* A table is linked as often as its row can count, and not once more. */
static void test_link_limit(void)
{
    static uint64_t uppers[128];
    struct exo_pte batch[EXO_PT_BATCH_MAX];
    struct exo_space space = {.slot = CAP_ROOT};
    uint64_t root = frame_new(CAP_ROOT);
    uint64_t middle = frame_new(CAP_ROOT);
    uint64_t target = frame_new(CAP_ROOT);
    int64_t result = 0;

    (void)exo_table_create(CAP_ROOT, root, 4);
    (void)exo_table_create(CAP_ROOT, middle, 3);
    (void)exo_table_create(CAP_ROOT, target, 1);
    expect(exo_link(&space, root, 0, 4, middle), 0, "a space with many tables");
    for (uint64_t u = 0; u < 128 && result >= 0; u++) {
        uppers[u] = frame_new(CAP_ROOT);
        (void)exo_table_create(CAP_ROOT, uppers[u], 2);
        result = exo_link(&space, root, u << 30, 3, uppers[u]);
        for (uint64_t i = 0; i < 512 && result >= 0; i += EXO_PT_BATCH_MAX) {
            for (uint64_t k = 0; k < EXO_PT_BATCH_MAX; k++)
                batch[k] =
                    (struct exo_pte){.address = (u << 30 | (i + k) << 21) | 2,
                                     .entry = target << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE};
            result = exo_pt_update(CAP_ROOT, root, batch, EXO_PT_BATCH_MAX);
        }
    }
    expect(result, -EXO_E_BUSY, "the 65536th link is refused");
    expect(machine.frames[target].links, UINT16_MAX, "65535 are counted");
    expect(exo_table_destroy(CAP_ROOT, target), -EXO_E_BUSY, "it cannot be destroyed meanwhile");
    (void)exo_table_destroy(CAP_ROOT, root);
    (void)exo_table_destroy(CAP_ROOT, middle);
    for (uint32_t u = 0; u < 128; u++) {
        (void)exo_table_destroy(CAP_ROOT, uppers[u]);
        frame_drop(uppers[u]);
    }
    expect(machine.frames[target].links, 0, "all links went with their tables");
    expect(exo_table_destroy(CAP_ROOT, target), 0, "now it can");
    frame_drop(root);
    frame_drop(middle);
    frame_drop(target);
}

static uint64_t take_large(void)
{
    for (uint64_t first = 512; first + 512 <= machine.page->frame_count; first += 512)
        if (exo_frame_alloc(CAP_ROOT, first, 512) == 0)
            return first;
    return 0;
}

static void test_large(void)
{
    uint64_t first = take_large();
    uint64_t address = WORK_ADDRESS + (1ull << 30);
    uint64_t table = frame_new(CAP_ROOT);
    uint64_t low;

    check(first != 0, "512 aligned frames");
    expect(exo_tables(&machine.space, address, 1 << 21, 2), 0, "tables for a large page");
    low = (*exo_entry(address, 3) & EXO_PTE_FRAME) >> 12;
    expect(exo_map_large(&machine.space, address, first, 1, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0,
           "map 2 MiB");
    expect(machine.frames[first + 511].references, 1, "each frame is counted");
    ((volatile uint8_t *)address)[(1 << 21) - 1] = 7;
    expect(exo_frame_free(CAP_ROOT, first + 9, 1), -EXO_E_BUSY, "its frames are busy");
    expect(
        update(CAP_ROOT, machine.space.root, address | 2, (first + 1) << 12 | LEAF | EXO_PTE_LARGE),
        -EXO_E_ARG, "a large page whose frames are not aligned");
    expect(exo_table_create(CAP_ROOT, table, 1), 0, "a table");
    expect(exo_link(&machine.space, machine.space.root, address, 2, table), -EXO_E_EXISTS,
           "a link over a large page");
    expect(exo_unmap(&machine.space, address, 512), 0, "unmap it");
    expect(machine.frames[first + 511].references, 0, "no reference is left");
    expect(exo_link(&machine.space, machine.space.root, address, 3, 0), 0, "unlink its table");
    expect(exo_table_destroy(CAP_ROOT, low), 0, "destroy it");
    frame_drop(low);
    expect(exo_table_destroy(CAP_ROOT, table), 0, "destroy the other");
    frame_drop(table);
    expect(exo_frame_free(CAP_ROOT, first, 512), 0, "free the 512 frames");
}

void test_tables(void)
{
    test_create();
    test_leaves();
    test_batches();
    test_rows();
    test_spaces();
    test_isolation();
    test_link_limit();
    test_large();
}
