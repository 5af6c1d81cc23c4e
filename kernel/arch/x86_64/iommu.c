/* SPDX-License-Identifier: MIT */
/*
 * iommu.c - what a device may reach: memory by its context entry, processors by its rows of the interrupt table.
 *
 * Invariants (under dma_lock):
 *   1. A function without a present context entry reaches no memory. At boot none has one.
 *   2. When arch_dma_attach or arch_dma_flush returns, every translation that was cached before is gone, and what a
 *      device wrote by one has arrived: each ends with a wait descriptor behind a draining invalidation.
 *   3. Messages of devices name a row of the interrupt table, whose number is the vector; a row accepts its own
 *      function only. Messages in the old format, which name vector and processor themselves, are blocked.
 * All units of the machine have the same tables. A unit that lacks something that the invariants need: no IOMMU at all,
 * and then nobody who is not trusted gets a device that masters the bus (dev/pci.c).
 * Not here: second-level tables, which are their owners' (core/dma.c).
 * Source: Intel Virtualization Technology for Directed I/O, "DMA Remapping", "Interrupt Remapping", "Caching Translation
 * Information" (queued invalidation interface), "Register Descriptions".
 */
#include "arch/x86_64/cpu.h"
#include "core/frame.h"
#include "core/klog.h"

#define REG_CAP        0x08
#define REG_ECAP       0x10
#define REG_COMMAND    0x18
#define REG_STATUS     0x1c
#define REG_ROOT       0x20
#define REG_FAULT      0x34
#define REG_FAULT_CTRL 0x38
#define REG_FAULT_DATA 0x3c
#define REG_FAULT_TO   0x40
#define REG_FAULT_HIGH 0x44
#define REG_QUEUE_TAIL 0x88
#define REG_QUEUE      0x90
#define REG_INTERRUPTS 0xb8

#define COMMAND_TRANSLATE  (1u << 31)
#define COMMAND_ROOT       (1u << 30)
#define COMMAND_QUEUE      (1u << 26)
#define COMMAND_INTERRUPTS (1u << 25)
#define COMMAND_TABLE      (1u << 24)
#define COMMAND_ONCE       0x96ffffff /* status bits that stay when another command is given */
#define CAP_WRITE_BUFFER   (1u << 4)
#define CAP_LEVELS(cap)    ((cap) >> 8 & 31)
#define ECAP_NEEDED        0x4a /* queued invalidation, interrupt remapping, pass-through */
#define ECAP_COHERENT      1

#define ENTRY_PRESENT  1ull
#define ENTRY_THROUGH  8ull /* context entry: no translation */
#define ENTRY_CHECK_ID (1ull << 18)
#define FAULT_PRESENT  (1u << 31) /* of a record's last word */
#define FAULT_PENDING  2u

#define FLUSH_CONTEXTS   0x11ull /* each: the type, for everything */
#define FLUSH_MEMORY     0xd2ull /* reads and writes drained */
#define FLUSH_INTERRUPTS 0x04ull
#define WAIT_AND_WRITE   (0x25ull | 1ull << 32)
#define QUEUE_ENTRIES    256

struct unit {
    volatile uint8_t *registers;
    uint64_t (*queue)[2];
    uint32_t tail;
};

uint32_t arch_dma_levels;
static struct unit units[IOMMU_MAX];
static uint32_t unit_count;
static uint32_t widest; /* 1: 3 levels, and so on: what functions that reach everything want */
static bool coherent = true;
uint64_t (*iommu_roots)[2]; /* by bus */
uint64_t (*iommu_interrupts)[2];
static volatile uint32_t *waited; /* the units write 1 here; its frame is waited_frame */
static uint64_t waited_frame;

static volatile uint32_t *reg32(const struct unit *unit, uint32_t reg)
{
    return (volatile uint32_t *)(unit->registers + reg);
}

static volatile uint64_t *reg64(const struct unit *unit, uint32_t reg)
{
    return (volatile uint64_t *)(unit->registers + reg);
}

static void command(struct unit *unit, uint32_t bit)
{
    *reg32(unit, REG_COMMAND) = (*reg32(unit, REG_STATUS) & COMMAND_ONCE) | bit;
    while (!(*reg32(unit, REG_STATUS) & bit))
        cpu_relax();
}

void arch_dma_written(const void *at, uint64_t bytes)
{
    for (uint64_t i = 0; !coherent && i < bytes; i += 64)
        __asm__ volatile("clflush (%0)" : : "r"((const uint8_t *)at + i) : "memory");
    atomic_thread_fence(memory_order_seq_cst);
}

static void submit(struct unit *unit, uint64_t low, uint64_t high)
{
    unit->queue[unit->tail][0] = low;
    unit->queue[unit->tail][1] = high;
    arch_dma_written(unit->queue[unit->tail], 16);
    unit->tail = (unit->tail + 1) % QUEUE_ENTRIES;
}

/* One invalidation in every unit, to its end. REQUIRES(dma_lock). */
static void invalidate(uint64_t what)
{
    for (struct unit *unit = units; unit < units + unit_count; unit++) {
        *waited = 0;
        submit(unit, what, 0);
        submit(unit, WAIT_AND_WRITE, waited_frame << EXO_PAGE_SHIFT);
        *reg64(unit, REG_QUEUE_TAIL) = unit->tail * 16;
        while (!*waited)
            cpu_relax();
    }
}

static uint64_t *context_of(uint16_t function)
{
    uint64_t *root = iommu_roots[function >> 8];

    if (!(root[0] & ENTRY_PRESENT)) { /* boot only: every function is attached to nothing then */
        root[0] = boot_frame() << EXO_PAGE_SHIFT | ENTRY_PRESENT;
        arch_dma_written(root, 16);
    }
    return (uint64_t *)frame_window(root[0] >> EXO_PAGE_SHIFT) + (function & 0xff) * 2;
}

void arch_dma_attach(uint16_t function, uint32_t id, uint64_t root, bool all)
{
    if (!arch_dma_levels)
        return;
    lock_take(&dma_lock);
    volatile uint64_t *context = context_of(function);

    context[0] = 0; /* never half of an entry */
    context[1] = (uint64_t)id << 8 | (all ? widest : arch_dma_levels - 2);
    if (root || all)
        context[0] = root << EXO_PAGE_SHIFT | ENTRY_PRESENT | (all ? ENTRY_THROUGH : 0);
    arch_dma_written((const void *)context, 16);
    invalidate(FLUSH_CONTEXTS);
    invalidate(FLUSH_MEMORY);
    lock_drop(&dma_lock);
}

bool arch_dma_covers(uint16_t function)
{
    return arch_dma_levels && (acpi_info.iommu_all ||
                               acpi_info.iommu_functions[function / 64 & 3] >> function % 64 & 1);
}

void arch_dma_flush(void)
{
    if (!arch_dma_levels)
        return;
    lock_take(&dma_lock);
    invalidate(FLUSH_MEMORY);
    lock_drop(&dma_lock);
}

static void interrupt_set(uint32_t vector, uint64_t low, uint64_t high)
{
    lock_take(&dma_lock);
    volatile uint64_t *row = iommu_interrupts[vector];

    row[0] = 0;
    row[1] = high;
    row[0] = low;
    arch_dma_written((const void *)row, 16);
    invalidate(FLUSH_INTERRUPTS);
    lock_drop(&dma_lock);
}

uint64_t arch_message(uint16_t function, bool covered, uint32_t vector, uint32_t cpu)
{
    uint64_t id = cpu_by_index(cpu)->apic_id;

    if (!covered)
        return 0xfee00000 | id << 12;
    interrupt_set(vector, id << 40 | (uint64_t)vector << 16 | ENTRY_PRESENT,
                  ENTRY_CHECK_ID | function);
    return 0xfee00010 | vector << 5;
}

void arch_message_end(uint32_t vector)
{
    if (arch_dma_levels)
        interrupt_set(vector, 0, 0);
}

bool arch_dma_fault(uint16_t *function)
{
    for (struct unit *unit = units; unit < units + unit_count; unit++) {
        uint64_t cap = *reg64(unit, REG_CAP);
        uint32_t first = (uint32_t)(cap >> 24 & 0x3ff) * 16;

        for (uint32_t i = 0; *reg32(unit, REG_FAULT) & FAULT_PENDING && i <= (cap >> 40 & 0xff);
             i++) {
            uint32_t record = first + i * 16;

            if (!(*reg32(unit, record + 12) & FAULT_PRESENT))
                continue;
            *function = (uint16_t)*reg32(unit, record + 8);
            *reg32(unit, record + 12) = FAULT_PRESENT;
            return true;
        }
        *reg32(unit, REG_FAULT) = 1; /* it may have had more than it has room for */
    }
    return false;
}

static bool unit_fits(struct unit *unit)
{
    uint64_t cap = *reg64(unit, REG_CAP), ecap = *reg64(unit, REG_ECAP);
    uint32_t levels = CAP_LEVELS(cap) & 2 ? 3 : CAP_LEVELS(cap) & 4 ? 4 : 0;

    while (CAP_LEVELS(cap) >> (widest + 1))
        widest++;
    coherent = coherent && ecap & ECAP_COHERENT;
    if (arch_dma_levels && levels != arch_dma_levels)
        levels = 0;
    arch_dma_levels = levels;
    return levels && (ecap & ECAP_NEEDED) == ECAP_NEEDED && !(cap & CAP_WRITE_BUFFER) &&
           (1u << (4 + 2 * (cap & 7))) > EXO_DEVICE_MAX;
}

static void unit_start(struct unit *unit, uint64_t root, uint64_t table)
{
    uint64_t queue = boot_frame();

    unit->queue = frame_window(queue);
    *reg64(unit, REG_QUEUE_TAIL) = 0;
    *reg64(unit, REG_QUEUE) = queue << EXO_PAGE_SHIFT;
    command(unit, COMMAND_QUEUE);
    *reg64(unit, REG_ROOT) = root << EXO_PAGE_SHIFT;
    command(unit, COMMAND_ROOT);
    *reg64(unit, REG_INTERRUPTS) = table << EXO_PAGE_SHIFT | 7; /* 2^(7 + 1) rows */
    command(unit, COMMAND_TABLE);
    *reg32(unit, REG_FAULT_DATA) = VECTOR_DEVICE;
    *reg32(unit, REG_FAULT_TO) = 0xfee00000 | this_cpu()->apic_id << 12;
    *reg32(unit, REG_FAULT_HIGH) = 0;
    *reg32(unit, REG_FAULT_CTRL) = 0; /* not masked */
}

void iommu_start(void)
{
    bool fits = acpi_info.iommu_count;

    for (uint32_t i = 0; fits && i < acpi_info.iommu_count; i++) {
        units[i].registers = arch_map_registers(acpi_info.iommu[i], EXO_PAGE_SIZE);
        fits = unit_fits(&units[i]);
    }
    if (!fits) {
        arch_dma_levels = 0;
        return;
    }
    uint64_t root = boot_frame(), table = boot_frame();

    iommu_roots = frame_window(root);
    iommu_interrupts = frame_window(table);
    waited_frame = boot_frame();
    waited = frame_window(waited_frame);
    unit_count = acpi_info.iommu_count;
    for (uint32_t i = 0; i < unit_count; i++)
        unit_start(&units[i], root, table);
    invalidate(FLUSH_CONTEXTS);
    invalidate(FLUSH_MEMORY);
    invalidate(FLUSH_INTERRUPTS);
    for (uint32_t i = 0; i < unit_count; i++) {
        command(&units[i], COMMAND_TRANSLATE);
        command(&units[i], COMMAND_INTERRUPTS);
    }
    klog("iommu: %u units, tables of %u levels", unit_count, arch_dma_levels);
}
