/* SPDX-License-Identifier: MIT */
/*
 * paging.c - the kernel's half of every address space.
 *
 * Three root slots are filled at boot and never change, so that every root table can hold copies of them: 511 the
 * image, 509 the window (frames that the kernel owns, at fixed places; its tables exist for all of memory from the
 * start, its leaves come and go), 508 everything else. Slot 510 is each root itself, user-readable and read-only:
 * the recursive entry through which an env reads its own tables. No data of any domain is mapped here, except for the
 * moment in which a CPU zeroes or reads one frame through its private slot.
 * Source: Intel SDM 3A, "4-Level Paging".
 */
#include "arch/x86_64/cpu.h"
#include "base/string.h"
#include "core/frame.h"
#include "core/klog.h"

#define TABLE_BITS    (EXO_PTE_PRESENT | EXO_PTE_WRITE)
#define KERNEL_DATA   (TABLE_BITS | EXO_PTE_NO_EXECUTE)
#define SLOT(address) ((address) >> 39 & 511)

uint64_t kernel_root_physical;
extern uint64_t boot_pml4[];
extern char kernel_start[], text_end[], rodata_end[], kernel_end[];
static bool window_ready; /* before: tables are reached through the identity map */
static uint64_t mmio_next = MMIO_BASE;

/* Frames for early tables come from the lowest usable memory above the image and below 4 GiB. */
static uint64_t early_next;

uint64_t boot_frame(void)
{
    if (frame_table)
        return frame_boot_alloc(EXO_FRAME_KERNEL);
    for (;; early_next += EXO_PAGE_SIZE) {
        bool module = early_next + EXO_PAGE_SIZE > boot_info.module_start &&
                      early_next < boot_info.module_end;

        for (uint32_t i = 0; i < boot_info.usable_count && !module; i++) {
            const struct memory_range *range = &boot_info.usable[i];

            if (early_next < range->start || early_next + EXO_PAGE_SIZE > range->end)
                continue;
            uint64_t frame = early_next >> EXO_PAGE_SHIFT;

            early_next += EXO_PAGE_SIZE;
            memset(boot_memory(frame << EXO_PAGE_SHIFT), 0, EXO_PAGE_SIZE);
            return frame;
        }
        if (early_next >= 1ull << 32)
            panic("paging: no usable memory below 4 GiB");
    }
}

static uint64_t *table_at(uint64_t physical)
{
    return window_ready ? frame_window(physical >> EXO_PAGE_SHIFT) : boot_memory(physical);
}

/* The level-1 slot of a kernel address; missing tables are made when `make`. */
static uint64_t *slot_of(uint64_t address, bool make)
{
    uint64_t *table = table_at(kernel_root_physical);

    for (int shift = 39; shift > 12; shift -= 9) {
        uint64_t *entry = &table[address >> shift & 511];

        if (!(*entry & EXO_PTE_PRESENT)) {
            if (!make)
                panic("paging: no table for kernel address %lx", address);
            *entry = boot_frame() << EXO_PAGE_SHIFT | TABLE_BITS;
        }
        table = table_at(*entry & EXO_PTE_FRAME);
    }
    return &table[address >> 12 & 511];
}

uint64_t *kernel_entry_slot(uint64_t address)
{
    return slot_of(address, true);
}

void map_kernel(uint64_t address, uint64_t frame, uint64_t bits)
{
    *slot_of(address, true) = frame << EXO_PAGE_SHIFT | bits;
}

void *arch_map_registers(uint64_t physical, uint64_t bytes)
{
    uint64_t first = physical >> EXO_PAGE_SHIFT;
    uint64_t last = (physical + bytes - 1) >> EXO_PAGE_SHIFT;
    uint64_t at = mmio_next;

    for (uint64_t f = first; f <= last; f++, mmio_next += EXO_PAGE_SIZE)
        map_kernel(mmio_next, f, KERNEL_DATA | EXO_PTE_UNCACHED | EXO_PTE_THROUGH);
    return (void *)(at + (physical & (EXO_PAGE_SIZE - 1)));
}

static void map_image(void)
{
    for (char *at = kernel_start; at < kernel_end; at += EXO_PAGE_SIZE) {
        uint64_t bits = at < text_end     ? EXO_PTE_PRESENT
                        : at < rodata_end ? EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE
                                          : KERNEL_DATA;

        map_kernel((uint64_t)at, ((uint64_t)at - KERNEL_BASE) >> EXO_PAGE_SHIFT, bits);
    }
}

/* The frame table's own memory and the window's tables, then every row. */
void paging_start(uint64_t frames)
{
    uint64_t table_pages = pages_of(frames * sizeof(struct exo_frame));

    early_next = pages_of((uint64_t)kernel_end - KERNEL_BASE) << EXO_PAGE_SHIFT;
    kernel_root_physical = boot_frame() << EXO_PAGE_SHIFT;
    map_image();
    uint64_t table_first = boot_frame();

    for (uint64_t i = 1; i < table_pages; i++)
        if (boot_frame() != table_first + i)
            panic("paging: no %lu frames in a row for the frame table", table_pages);
    for (uint64_t i = 0; i < table_pages; i++)
        map_kernel(FRAME_TABLE + (i << EXO_PAGE_SHIFT), table_first + i, KERNEL_DATA);
    for (uint64_t f = 0; f < frames; f += 512)
        (void)slot_of(WINDOW_BASE + (f << EXO_PAGE_SHIFT), true);
    (void)slot_of(CPU_BASE, true);
    (void)slot_of(MMIO_BASE, true);
    (void)slot_of(EXPOSED_BASE, true);
    (void)slot_of(PROGRAM_BASE, true);

    /* Every table made so far lies in [image end, early_next): give each its window leaf. */
    uint64_t first = ((uint64_t)kernel_end - KERNEL_BASE) >> EXO_PAGE_SHIFT;

    for (uint64_t f = first; f < early_next >> EXO_PAGE_SHIFT; f++)
        arch_window_open(f);
    /* The boot tables still run; they borrow the new slots so that the frame table is there from now on. */
    uint64_t *root = boot_memory(kernel_root_physical);

    boot_pml4[508] = root[508];
    boot_pml4[509] = root[509];
    frame_count = frames;
    for (uint32_t i = 0; i < boot_info.usable_count; i++) {
        const struct memory_range *range = &boot_info.usable[i];

        for (uint64_t f = pages_of(range->start); f < range->end >> EXO_PAGE_SHIFT; f++)
            ((struct exo_frame *)FRAME_TABLE)[f].kind = EXO_FRAME_FREE;
    }
    frame_table = (struct exo_frame *)FRAME_TABLE;
    for (uint64_t f = 0; f < early_next >> EXO_PAGE_SHIFT; f++)
        if (frame_table[f].kind == EXO_FRAME_FREE)
            frame_table[f].kind = f < 0x100 ? EXO_FRAME_NONE : EXO_FRAME_KERNEL;
    for (uint64_t f = boot_info.module_start >> EXO_PAGE_SHIFT; f < pages_of(boot_info.module_end); f++)
        frame_table[f].kind = EXO_FRAME_DATA;
    window_ready = true;
}

void paging_finish(void)
{
    __asm__ volatile("movq %0, %%cr3" : : "r"(kernel_root_physical) : "memory");
}

void arch_root_init(uint64_t root)
{
    const uint64_t *kernel = table_at(kernel_root_physical);
    uint64_t *entries = frame_window(root);

    entries[508] = kernel[508];
    entries[509] = kernel[509];
    entries[EXO_TABLE_SLOT] = root << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | EXO_PTE_USER | EXO_PTE_NO_EXECUTE;
    entries[511] = kernel[511];
}

/* The level-1 entry of a window page, found by walking the window's own tables (they are in the window). */
static uint64_t *window_slot(uint64_t frame)
{
    return slot_of(WINDOW_BASE + (frame << EXO_PAGE_SHIFT), false);
}

void arch_window_open(uint64_t frame)
{
    *window_slot(frame) = frame << EXO_PAGE_SHIFT | KERNEL_DATA;
}

void arch_window_close(uint64_t frame)
{
    *window_slot(frame) = 0;
    arch_flush_page((uint64_t)frame_window(frame));
}

/* The pages for that lie at a fixed distance from the CPU's struct. */
static inline uint64_t map_address(const struct cpu *cpu, uint32_t slot)
{
    return (uint64_t)cpu + (CPU_PAGE_MAP + slot) * EXO_PAGE_SIZE - CPU_PAGE_STRUCT * EXO_PAGE_SIZE;
}

void *arch_map_frame(uint32_t slot, uint64_t frame)
{
    struct cpu *cpu = this_cpu();

    *cpu->map_entry[slot] = frame << EXO_PAGE_SHIFT | KERNEL_DATA;
    arch_flush_page(map_address(cpu, slot));
    return (void *)map_address(cpu, slot);
}

void arch_unmap_frame(uint32_t slot)
{
    struct cpu *cpu = this_cpu();

    *cpu->map_entry[slot] = 0;
    arch_flush_page(map_address(cpu, slot));
}

void arch_flush_all(void)
{
    uint64_t root;

    __asm__ volatile("movq %%cr3, %0\n\tmovq %0, %%cr3" : "=r"(root) : : "memory");
}

/* Level-2 table of the slots: PROGRAM_BASE is the last GiB of addresses. */
void arch_program_table(uint32_t slot, uint64_t frame)
{
    uint64_t *third = table_at(((uint64_t *)table_at(kernel_root_physical))[511] & EXO_PTE_FRAME);
    uint64_t *second = table_at(third[511] & EXO_PTE_FRAME);

    second[slot] = frame ? frame << EXO_PAGE_SHIFT | TABLE_BITS : 0;
}

void arch_program_page(uint64_t *entry, uint64_t frame, bool write, bool execute)
{
    *entry = !frame ? 0
                    : frame << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | (write ? EXO_PTE_WRITE : 0) |
                          (execute ? 0 : EXO_PTE_NO_EXECUTE);
}
