/* SPDX-License-Identifier: MIT */
/*
 * dma.c - boot tests of what devices may reach, with QEMU's `edu` device, which copies between memory and a buffer of
 * its own on demand, a tenth of a second later: time enough to take away what it copies to.
 *
 * The driver under test has no device right: SLOT_WORK is the domain [77] with reading and writing only.
 * Source: QEMU, docs/specs/edu.
 */
#include "base/string.h"
#include "tests/boot/boot.h"

#define VENDOR_QEMU    0x1234
#define DEVICE_EDU     0x11e8
#define COMMAND_MASTER 0x406
#define EDU_SOURCE     0x80
#define EDU_TARGET     0x88
#define EDU_COUNT      0x90
#define EDU_COMMAND    0x98
#define EDU_BUFFER     0x40000
#define FROM_EDU       3
#define TO_EDU         1
#define DMA_ADDRESS    0x40201000ull /* entries 1, 1 and 1 of its tables */
#define LINK           (EXO_PTE_PRESENT | EXO_PTE_WRITE)
#define REGISTERS      9 /* work pages */
#define DATA           10
#define VICTIM         11
#define PATTERN        0x5ec2e7da7a5ec2e7
#define WORDS          16

static uint32_t edu;
static uint32_t levels;
static uint64_t table[5]; /* by level */
static uint64_t foreign;  /* a frame of [78] */

static volatile uint64_t *edu_at(uint32_t offset)
{
    return (volatile uint64_t *)((uint8_t *)page_at(REGISTERS) + offset);
}

static int64_t entry_set(uint64_t address, uint32_t level, uint64_t entry)
{
    struct exo_pte request = {.address = address | level, .entry = entry};

    return exo_dma_update(SLOT_WORK, table[levels], &request, 1);
}

static void copy_start(uint64_t command, uint64_t address)
{
    *edu_at(EDU_SOURCE) = command == TO_EDU ? address : EDU_BUFFER;
    *edu_at(EDU_TARGET) = command == TO_EDU ? EDU_BUFFER : address;
    *edu_at(EDU_COUNT) = WORDS * 8;
    *edu_at(EDU_COMMAND) = command;
}

static bool copy_wait(void)
{
    uint64_t deadline = exo_now_ns(machine.page) + 20000000000;

    while (*edu_at(EDU_COMMAND) & 1 && exo_now_ns(machine.page) < deadline)
        (void)exo_yield();
    return !(*edu_at(EDU_COMMAND) & 1);
}

static void copy(uint64_t command, uint64_t address, const char *what)
{
    copy_start(command, address);
    check(copy_wait(), "the device is done: %s", what);
}

static uint64_t faults(void)
{
    uint64_t count = 0;

    (void)exo_device_read_2(SLOT_WORK, edu, 0, 2, &count);
    return count;
}

/* The fault's interrupt may come a little after the device has finished. */
static void expect_fault(uint64_t before, const char *what)
{
    uint64_t deadline = exo_now_ns(machine.page) + 20000000000;

    while (faults() == before && exo_now_ns(machine.page) < deadline)
        (void)exo_yield();
    check(faults() > before, "counted: %s", what);
    check(machine.devices[edu].faults == faults(), "and shown in the device table");
}

static void fill(void *page, uint64_t seed)
{
    for (uint64_t i = 0; i < EXO_PAGE_SIZE / 8; i++)
        ((volatile uint64_t *)page)[i] = seed ^ i;
}

static bool intact(const void *page, uint64_t seed)
{
    for (uint64_t i = 0; i < EXO_PAGE_SIZE / 8; i++)
        if (((const volatile uint64_t *)page)[i] != (seed ^ i))
            return false;
    return true;
}

/* --- Refusals --------------------------------------------------------------------------------------- */

static void test_no_iommu(void)
{
    uint64_t frame = frame_new(SLOT_CHILD);

    expect(exo_device_write(SLOT_WORK, edu, 4, 2, COMMAND_MASTER), -EXO_E_RIGHT,
           "without an IOMMU mastering the bus needs the device right");
    expect(exo_device_write(SLOT_CHILD, edu, 4, 2, COMMAND_MASTER), 0, "who has it may");
    expect(exo_device_domain(SLOT_WORK, edu, 0), -EXO_E_NONE, "there are no domains");
    for (uint64_t level = 1; level <= 4; level++)
        expect(exo_table_create(SLOT_WORK, frame, level | EXO_TABLE_DMA), -EXO_E_ARG,
               "nor tables of level %lu for them", (unsigned long)level);
    frame_drop(frame);
}

static void test_tables_refused(uint64_t data)
{
    uint64_t page_table = frame_new(SLOT_CHILD), mapped = frame_new(SLOT_CHILD);
    struct exo_pte request = {.address = DMA_ADDRESS | 1, .entry = data << 12 | LINK};

    expect(exo_table_create(SLOT_WORK, page_table, (levels + 1) | EXO_TABLE_DMA), -EXO_E_ARG,
           "a level that the IOMMU does not have");
    expect(exo_table_create(SLOT_WORK, foreign, 1 | EXO_TABLE_DMA), -EXO_E_CAP,
           "a table of another's frame");
    expect(exo_table_create(SLOT_NOTHING, page_table, 1 | EXO_TABLE_DMA), -EXO_E_RIGHT,
           "a table without the right");
    expect(page_map(VICTIM, mapped, EXO_PTE_NO_EXECUTE), 0, "map a frame");
    expect(exo_table_create(SLOT_WORK, mapped, 1 | EXO_TABLE_DMA), -EXO_E_BUSY,
           "a table of a mapped frame");
    expect(page_unmap(VICTIM), 0, "unmap it");
    expect(exo_table_create(SLOT_WORK, page_table, 1), 0, "a page table");
    expect(entry_set(DMA_ADDRESS & ~0x1fffffull, 2, page_table << 12 | LINK), -EXO_E_KIND,
           "a page table among tables for devices");
    expect(entry_set(DMA_ADDRESS, 1, page_table << 12 | LINK), -EXO_E_KIND,
           "a page table as the device's memory");
    expect(entry_set(DMA_ADDRESS, 1, table[1] << 12 | LINK), -EXO_E_KIND, "its own table");
    expect(entry_set(DMA_ADDRESS, 1, foreign << 12 | LINK), -EXO_E_CAP, "another's frame");
    expect(entry_set(DMA_ADDRESS, 1, foreign << 12 | EXO_PTE_PRESENT), -EXO_E_CAP,
           "another's frame, to read");
    expect(entry_set(DMA_ADDRESS, 1, machine.page->machine_frame << 12 | EXO_PTE_PRESENT),
           -EXO_E_CAP, "the machine page");
    expect(entry_set(DMA_ADDRESS, 1, machine.devices[edu].bar[0].address | LINK), -EXO_E_RANGE,
           "registers of a device");
    expect(entry_set(DMA_ADDRESS, 1, 0xfee00000 | LINK), -EXO_E_RANGE, "the local APIC");
    for (uint32_t bit = 2; bit < 64; bit++)
        if (bit < 12 || bit > 51)
            expect(entry_set(DMA_ADDRESS, 1, 1ull << bit | data << 12 | LINK), -EXO_E_ARG,
                   "bit %u of an entry", bit);
    expect(entry_set(DMA_ADDRESS, 1, data << 12 | EXO_PTE_WRITE), -EXO_E_ARG, "write only");
    expect(entry_set(DMA_ADDRESS & ~0x1fffffull, 2, table[2] << 12 | LINK), -EXO_E_KIND,
           "a link to its own level");
    expect(entry_set(DMA_ADDRESS, levels + 1, table[levels] << 12 | LINK), -EXO_E_ARG,
           "a level above the root");
    expect(entry_set(1ull << (12 + 9 * levels), 1, data << 12 | LINK), -EXO_E_ARG,
           "an address beyond the tables");
    expect(entry_set(DMA_ADDRESS + 0x800, 1, data << 12 | LINK), -EXO_E_ARG,
           "an address that is not aligned");
    expect(entry_set(DMA_ADDRESS + 0x40000000, 1, data << 12 | LINK), -EXO_E_NONE,
           "an address without tables");
    expect(exo_dma_update(SLOT_OTHER, table[levels], &request, 1), -EXO_E_CAP, "another's tables");
    expect(exo_dma_update(SLOT_NOTHING, table[levels], &request, 1), -EXO_E_RIGHT,
           "without the right");
    expect(exo_dma_update(SLOT_WORK, table[1], &request, 1), -EXO_E_KIND,
           "a table that is no root");
    expect(exo_dma_update(SLOT_WORK, page_table, &request, 1), -EXO_E_KIND, "nor a page table");
    expect(exo_device_domain(SLOT_WORK, edu, page_table), -EXO_E_KIND, "a page table as a domain");
    expect(exo_device_domain(SLOT_WORK, edu, table[1]), -EXO_E_KIND, "a lower table as a domain");
    expect(exo_device_domain(SLOT_OTHER, edu, 0), -EXO_E_CAP, "another's function");
    expect(exo_device_domain(SLOT_NOTHING, edu, 0), -EXO_E_RIGHT, "without the right");
    expect(exo_device_domain(SLOT_WORK, edu, foreign), -EXO_E_CAP, "another's frame as a domain");
    expect(exo_table_destroy(SLOT_WORK, page_table), 0, "drop the page table");
    frame_drop(page_table);
    frame_drop(mapped);
}

/* Of configuration space an owner without the device right writes the command register, and there what it needs. */
static void test_configuration(void)
{
    expect(exo_device_write(SLOT_WORK, edu, 4, 2, 0x407), -EXO_E_RIGHT, "ports turned on");
    expect(exo_device_write(SLOT_WORK, edu, 4, 2, 0x506), -EXO_E_RIGHT, "system errors reported");
    expect(exo_device_write(SLOT_WORK, edu, 0x80, 4, 0), -EXO_E_RIGHT, "another register");
    expect(exo_device_write(SLOT_WORK, edu, 4, 2, COMMAND_MASTER), 0,
           "behind the IOMMU mastering the bus needs no device right");
    for (uint32_t d = 0; d < EXO_DEVICE_MAX; d++) {
        if (!machine.devices[d].present || machine.devices[d].vendor != 0x1af4 ||
            machine.devices[d].claimed)
            continue;
        expect(exo_device_claim(CAP_ROOT, d, SLOT_CHILD, 0), 0, "claim a virtio device");
        expect(exo_device_write(SLOT_WORK, d, 4, 2, COMMAND_MASTER), -EXO_E_RIGHT,
               "that may go around the IOMMU: its mastering needs the right");
        expect(exo_device_claim(SLOT_CHILD, d, SLOT_CHILD, 1), 0, "give it back");
    }
}

/* --- What it reaches -------------------------------------------------------------------------------- */

static void tables_make(void)
{
    for (uint32_t level = levels; level; level--) {
        table[level] = frame_new(SLOT_CHILD);
        expect(exo_table_create(SLOT_WORK, table[level], level | EXO_TABLE_DMA), 0,
               "a table of level %u for devices", level);
        if (level < levels)
            expect(entry_set(DMA_ADDRESS & ~((1ull << (12 + 9 * level)) - 1), level + 1,
                             table[level] << 12 | LINK),
                   1, "linked below the last");
    }
}

static void tables_drop(void)
{
    for (uint32_t level = levels; level; level--) {
        expect(exo_table_destroy(SLOT_WORK, table[level]), 0, "the table of level %u ends", level);
        frame_drop(table[level]);
    }
}

static void test_copies(uint64_t data)
{
    uint64_t *page = page_at(DATA);
    uint64_t before = faults();

    fill(page, 1);
    copy(TO_EDU, DMA_ADDRESS, "before it has a domain");
    expect_fault(before, "an access without a domain");
    expect(exo_device_domain(SLOT_WORK, edu, table[levels]), 0, "it gets its domain");
    expect(exo_device_domain(SLOT_WORK, edu, table[levels]), 0, "once more is the same");
    copy(TO_EDU, DMA_ADDRESS, "reads our frame");
    copy(FROM_EDU, DMA_ADDRESS + 2048, "writes to our frame");
    check(!memcmp(page, (uint8_t *)page + 2048, WORDS * 8), "the bytes came back");
    expect(exo_frame_free(SLOT_WORK, data, 1), -EXO_E_BUSY, "what it reaches is not freed");
    expect(page_unmap(DATA), 0, "unmapped from us,");
    expect(exo_frame_free(SLOT_WORK, data, 1), -EXO_E_BUSY, "it still is pinned");
    expect(exo_frame_guard(SLOT_WORK, data, 1, SLOT_WORK, 0), -EXO_E_BUSY, "and not handed on");
    expect(exo_table_create(SLOT_WORK, data, 1), -EXO_E_BUSY, "and becomes no page table");
    expect(exo_table_destroy(SLOT_WORK, table[levels]), -EXO_E_BUSY,
           "nor does the root go while a function is attached");
    expect(exo_table_destroy(SLOT_WORK, table[1]), -EXO_E_BUSY, "nor a table that is linked");
    expect(page_map(DATA, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "map it again");
}

static void test_foreign(uint64_t data)
{
    uint64_t before = faults();

    fill(page_at(VICTIM), PATTERN);
    copy(FROM_EDU, foreign << 12, "writes to a frame of another, by its number");
    expect_fault(before, "an access outside the domain");
    check(intact(page_at(VICTIM), PATTERN), "the other's frame is what it was");
    expect(entry_set(DMA_ADDRESS, 1, data << 12 | EXO_PTE_PRESENT), 1, "our frame for reading");
    fill(page_at(DATA), 2);
    before = faults();
    copy(FROM_EDU, DMA_ADDRESS, "writes to what it may read");
    expect_fault(before, "a write to what may be read");
    check(intact(page_at(DATA), 2), "the frame is what it was");
    before = faults();
    copy(TO_EDU, DMA_ADDRESS, "reads it");
    expect((int64_t)faults(), (int64_t)before, "which it may");
    expect(entry_set(DMA_ADDRESS, 1, data << 12 | LINK), 1, "for writing again");
}

/* The frame goes to another while the device is about to write to it. */
static void test_taken_away(uint64_t data)
{
    uint64_t before = faults();

    copy_start(FROM_EDU, DMA_ADDRESS);
    expect(entry_set(DMA_ADDRESS, 1, 0), 1, "unmapped while it works");
    expect(page_unmap(DATA), 0, "unmapped from us");
    expect(exo_frame_guard(CAP_ROOT, data, 1, SLOT_OTHER, 1), 0, "another gets the frame");
    expect(page_map(DATA, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "which we look at");
    fill(page_at(DATA), PATTERN);
    check(copy_wait(), "the device is done");
    expect_fault(before, "an access to what was taken away");
    check(intact(page_at(DATA), PATTERN), "the other's frame is what it was");
    expect(page_unmap(DATA), 0, "unmap it");
    expect(exo_frame_guard(CAP_ROOT, data, 1, SLOT_CHILD, 1), 0, "it comes back");
    expect(page_map(DATA, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "and is ours");
}

static int64_t destroy(uint32_t slot)
{
    uint64_t place = 0;
    int64_t result;

    do
        result = exo_cap_destroy_2(slot, place, 0, &place);
    while (result == -EXO_E_AGAIN);
    return result;
}

/* A subtree ends whose frame the device reaches, and then one whose frames its tables are. */
static void test_destroyed(uint64_t data)
{
    uint64_t before = faults(), guest;

    expect(exo_cap_derive(SLOT_CHILD, SLOT_READER + 2, 5,
                          EXO_RIGHT_READ | EXO_RIGHT_WRITE | EXO_RIGHT_ALLOCATE),
           0, "a capability for [77 5]");
    guest = frame_new(SLOT_READER + 2);
    expect(entry_set(DMA_ADDRESS, 1, guest << 12 | LINK), 1, "the device reaches its frame");
    copy_start(FROM_EDU, DMA_ADDRESS);
    expect(destroy(SLOT_READER + 2), 0, "[77 5] ends");
    check(machine.frames[guest].kind == EXO_FRAME_FREE, "its frame is free");
    expect(exo_frame_alloc(SLOT_OTHER, guest, 1), 0, "another takes it");
    expect(page_map(DATA + 2, guest, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "we look at it");
    fill(page_at(DATA + 2), PATTERN);
    check(copy_wait(), "the device is done");
    expect_fault(before, "an access to what was destroyed");
    check(intact(page_at(DATA + 2), PATTERN), "the new owner's frame is what it was");
    expect(page_unmap(DATA + 2), 0, "unmap it");
    frame_drop(guest);
    expect(entry_set(DMA_ADDRESS, 1, data << 12 | LINK), 1, "our frame again");
    copy_start(FROM_EDU, DMA_ADDRESS);
    fill(page_at(DATA), PATTERN);
    expect(page_unmap(DATA), 0, "unmapped from us");
    expect(page_unmap(REGISTERS), 0, "the registers, too");
    expect(destroy(SLOT_CHILD), 0, "[77] ends, with function, tables and memory");
    check(!machine.devices[edu].claimed, "nobody has the function");
    for (uint32_t level = 1; level <= levels; level++)
        check(machine.frames[table[level]].kind == EXO_FRAME_FREE, "table %u is free", level);
    expect(exo_frame_alloc(SLOT_OTHER, data, 1), 0, "another takes the frame");
    expect(page_map(DATA, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "we look at it");
    fill(page_at(DATA), PATTERN);
    expect(exo_device_claim(CAP_ROOT, edu, CAP_ROOT, 0), 0, "claim the function again");
    expect(page_map(REGISTERS, machine.devices[edu].bar[0].address >> 12,
                    EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE | EXO_PTE_UNCACHED),
           0, "and look at its registers");
    check(copy_wait(), "the device is done");
    check(intact(page_at(DATA), PATTERN), "the new owner's frame is what it was");
    expect(exo_device_read(CAP_ROOT, edu, 4, 2) & 4, 0, "it does not master the bus");
    expect(page_unmap(DATA), 0, "unmap it");
    frame_drop(data);
    expect(exo_cap_drop(SLOT_READER + 2), 0, "drop the capability");
}

/* A device that goes on against the wall is stopped. */
static void test_storm(void)
{
    uint64_t start = faults();
    bool master = true;

    for (uint32_t i = 0; i < 40 && master; i++) {
        copy(FROM_EDU, foreign << 12, "against the wall");
        master = exo_device_read(SLOT_WORK, edu, 4, 2) & 4;
    }
    check(!master, "after %lu refused accesses it masters the bus no more",
          (unsigned long)(faults() - start));
    check(intact(page_at(VICTIM), PATTERN), "the other's frame is what it was");
    expect(exo_device_write(SLOT_WORK, edu, 4, 2, COMMAND_MASTER), 0, "its owner may go on");
}

void test_dma(void)
{
    levels = machine.page->dma_levels;
    for (edu = 0; edu < EXO_DEVICE_MAX; edu++)
        if (machine.devices[edu].present && machine.devices[edu].vendor == VENDOR_QEMU &&
            machine.devices[edu].device == DEVICE_EDU)
            break;
    check(edu < EXO_DEVICE_MAX, "there is an edu device");
    if (edu == EXO_DEVICE_MAX)
        return;
    note("IOMMU tables of %u levels", levels);
    expect(exo_device_claim(CAP_ROOT, edu, SLOT_CHILD, 0), 0, "claim it for [77]");
    expect(exo_cap_derive(SLOT_CHILD, SLOT_WORK, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE), 0,
           "the driver's capability, without the device right");
    if (!levels) {
        test_no_iommu();
        expect(exo_device_claim(SLOT_CHILD, edu, SLOT_CHILD, 1), 0, "give it back");
        expect(exo_cap_drop(SLOT_WORK), 0, "drop the capability");
        return;
    }
    uint64_t data = frame_new(SLOT_CHILD);

    foreign = frame_new(SLOT_OTHER);
    expect(page_map(REGISTERS, machine.devices[edu].bar[0].address >> 12,
                    EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE | EXO_PTE_UNCACHED),
           0, "map its registers");
    expect(page_map(DATA, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "map our frame");
    expect(page_map(VICTIM, foreign, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "and another's");
    tables_make();
    expect(entry_set(DMA_ADDRESS, 1, data << 12 | LINK), 1, "the device shall reach our frame");
    expect(page_unmap(VICTIM), 0, "another's frame is not looked at now");
    test_tables_refused(data);
    expect(page_map(VICTIM, foreign, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "and again");
    test_configuration();
    test_copies(data);
    test_foreign(data);
    test_taken_away(data);
    expect(entry_set(DMA_ADDRESS, 1, data << 12 | LINK), 1, "our frame again");
    test_storm();
    expect(exo_device_domain(SLOT_WORK, edu, 0), 0, "its domain is taken away");
    expect(entry_set(DMA_ADDRESS, 1, 0), 1, "our frame, too");
    expect(page_unmap(DATA), 0, "unmap it");
    tables_drop();
    tables_make();
    expect(page_map(DATA, data, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "map our frame");
    expect(entry_set(DMA_ADDRESS, 1, data << 12 | LINK), 1, "the device shall reach it");
    expect(exo_device_domain(SLOT_WORK, edu, table[levels]), 0, "a new domain");
    test_destroyed(data);
    expect(page_unmap(VICTIM), 0, "unmap");
    frame_drop(foreign);
    expect(page_unmap(REGISTERS), 0, "unmap the registers");
    expect(exo_device_claim(CAP_ROOT, edu, CAP_ROOT, 1), 0, "give the function back");
    expect(exo_cap_drop(SLOT_WORK), 0, "drop the driver's capability");
}
