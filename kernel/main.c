/* SPDX-License-Identifier: MIT */
/* main.c - boot, in order. */
#include <stdatomic.h>
#include "arch/x86_64/cpu.h"
#include "base/string.h"
#include "core/env.h"
#include "core/frame.h"
#include "core/klog.h"
#include "core/machine.h"
#include "core/slice.h"
#include "core/table.h"
#include "core/token.h"
#include "dev/console.h"
#include "dev/pci.h"
#include "loader.h"
#include "net/net.h"
#include "program/program.h"

_Noreturn void kernel_main(uint32_t start_info);
extern _Atomic uint32_t smp_go;
extern uint64_t boot_entry_tsc;

static struct exo_machine *machine;

/* Contiguous exposed frames, mapped read-write for the kernel; the first frame's number. */
static uint64_t exposed_alloc(uint64_t pages, uint8_t flags, uint64_t address)
{
    uint64_t first = 0;

    for (uint64_t i = pages; i--;) {
        uint64_t frame = frame_boot_alloc(EXO_FRAME_EXPOSED); /* downwards, one after the other */

        if (first && frame != first - 1)
            panic("main: no %lu contiguous frames for an exposed table", pages);
        first = frame;
        frame_table[frame].flags = flags;
        map_kernel(address + i * EXO_PAGE_SIZE, frame,
                   EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);
    }
    return first;
}

static uint64_t highest_frame(void)
{
    /* The module's last page may be one that the firmware calls its own. */
    uint64_t end = boot_info.module_end + EXO_PAGE_SIZE - 1;

    for (uint32_t i = 0; i < boot_info.usable_count; i++)
        end = boot_info.usable[i].end > end ? boot_info.usable[i].end : end;
    return end >> EXO_PAGE_SHIFT;
}

/* The exposed tables exist and machine names them. */
static void expose(uint64_t frames)
{
    uint64_t slice_pages = pages_of(acpi_info.cpu_count * sizeof *slice_table);
    uint64_t device_pages = pages_of(EXO_DEVICE_MAX * sizeof(struct exo_device));
    uint64_t address = EXPOSED_BASE;

    machine = (struct exo_machine *)address;
    uint64_t machine_frame = exposed_alloc(1, EXO_FRAME_FLAG_PUBLIC, address);

    address += EXO_PAGE_SIZE;
    slice_table = (void *)address;
    machine->slice_frame = exposed_alloc(slice_pages, 0, address);
    address += slice_pages * EXO_PAGE_SIZE;
    machine->device_frame = exposed_alloc(device_pages, 0, address);
    device_table = (struct exo_device *)address;
    pci_start((struct exo_device *)address);
    machine->version = EXO_ABI_VERSION;
    machine->size = sizeof *machine;
    machine->frame_count = frames;
    machine->machine_frame = machine_frame;
    machine->frame_table_pages = pages_of(frames * sizeof(struct exo_frame));
    machine->frame_table_frame =
        (*kernel_entry_slot(FRAME_TABLE) & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
    for (uint64_t i = 0; i < machine->frame_table_pages; i++) /* in a row: paging_start */
        frame_table[machine->frame_table_frame + i].kind = EXO_FRAME_EXPOSED;
    machine->slice_pages = slice_pages;
    machine->device_pages = device_pages;
    machine->dma_levels = arch_dma_levels;
    machine->module_frame = boot_info.module_start >> EXO_PAGE_SHIFT;
    machine->module_bytes = boot_info.module_end - boot_info.module_start;
    memcpy(machine->command_line, boot_info.command_line, sizeof machine->command_line);
}

static void expose_time(void)
{
    machine->cpu_count = cpu_count;
    machine->tsc_base = tsc_base;
    machine->tsc_mult = tsc_mult;
    machine->tsc_shift = TSC_SHIFT;
    machine->tsc_hz = tsc_hz;
    machine->entry_tsc = boot_entry_tsc;
    machine->rtc = rtc;
    machine->xsave_bytes = features.xsave_bytes;
    for (uint32_t c = 0; c < cpu_count; c++)
        machine->apic_id[c] = cpu_by_index(c)->apic_id;
    machine->features = (features.counters ? EXO_FEATURE_COUNTERS : 0) | EXO_FEATURE_FSGSBASE |
                        EXO_FEATURE_XSAVE | EXO_FEATURE_NX | (features.pku ? EXO_FEATURE_PKU : 0);
}

__attribute__((no_stack_protector)) void kernel_main(uint32_t start_info)
{
    console_start();
    pvh_read(start_info);
    if (boot_info.module_start == boot_info.module_end ||
        boot_info.module_start & (EXO_PAGE_SIZE - 1))
        panic("main: no page-aligned boot module: start QEMU with -initrd");
    features_read();
    __stack_chk_guard = arch_entropy() & ~0xffull; /* a zero byte stops runaway texts */
    cpu_patch_text();
    acpi_read(boot_info.rsdp);
    if (!acpi_info.cpu_count)
        acpi_info.cpu_count = 1;
    paging_start(highest_frame());
    cpu_tables_setup(cpu_prepare(0, 0));
    cpu_control_setup();
    apic_map(acpi_info.apic_address);
    apic_start();
    this_cpu()->apic_id = apic_id();
    iommu_start();
    expose(frame_count);
    time_calibrate();
    smp_start(acpi_info.apic_ids, acpi_info.cpu_count);
    net_start(&machine->net, boot_entry_tsc ^ rtc << 8);
    expose_time();
    token_start((uint64_t[2]){arch_entropy(), arch_entropy()});
    program_start();
    struct env *init = init_load(boot_memory(boot_info.module_start), machine->module_bytes,
                                 machine->machine_frame);

    machine->init_env = init->id;
    slice_table[0][0] = (struct exo_slice){.env = init->id, .guard_depth = 0x100};
    paging_finish();
    TEST_ONLY(test_start());
    for (uint64_t f = 0; f < frame_count; f++)
        machine->frames_free += frame_table[f].kind == EXO_FRAME_FREE;
    frames_free = (_Atomic uint64_t *)(uint64_t)&machine->frames_free;
    klog("lorica: %u CPU, %lu MiB, %lu MHz, entered at tsc %lu", cpu_count, frame_count >> 8,
         tsc_hz / 1000000, boot_entry_tsc);
    atomic_store(&smp_go, 1);
    slice_start();
}
