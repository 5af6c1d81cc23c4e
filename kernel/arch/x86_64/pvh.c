/* SPDX-License-Identifier: MIT */
/*
 * pvh.c - what the boot loader says: memory, module, command line, ACPI.
 *
 * Source: Xen "x86/HVM direct boot ABI", struct hvm_start_info version 1.
 */
#include "arch/x86_64/cpu.h"
#include "base/string.h"
#include "core/klog.h"

#define PVH_MAGIC 0x336ec578
#define PVH_RAM   1
#define RAM_LIMIT (1ull << 40) /* env ids have 28 bits for the frame */

struct pvh_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp;
    uint64_t memory_map;
    uint32_t memory_map_count, reserved;
};

struct pvh_module {
    uint64_t address, size, command_line, reserved;
};

struct pvh_range {
    uint64_t address, size;
    uint32_t type, reserved;
};

struct boot_info boot_info;

static void read_memory(const struct pvh_info *info)
{
    const struct pvh_range *range = boot_memory(info->memory_map);

    for (uint32_t i = 0; i < info->memory_map_count && boot_info.usable_count < MEMORY_RANGES;
         i++) {
        uint64_t end = range[i].address + range[i].size;

        if (range[i].type != PVH_RAM || end < range[i].address || range[i].address >= RAM_LIMIT)
            continue;
        boot_info.usable[boot_info.usable_count++] = (struct memory_range){
            .start = range[i].address, .end = end < RAM_LIMIT ? end : RAM_LIMIT};
    }
}

void pvh_read(uint32_t physical)
{
    const struct pvh_info *info = boot_memory(physical);

    if (info->magic != PVH_MAGIC || info->version < 1 || !info->memory_map_count)
        panic("pvh: the boot loader gave no PVH start info of version 1 with a memory map");
    read_memory(info);
    if (info->command_line) {
        const char *text = boot_memory(info->command_line);

        for (size_t i = 0; text[i] && i + 1 < sizeof boot_info.command_line; i++)
            boot_info.command_line[i] = text[i];
    }
    boot_info.rsdp = info->rsdp;
    if (info->module_count) {
        const struct pvh_module *module = boot_memory(info->modules);

        boot_info.module_start = module->address;
        boot_info.module_end = module->address + module->size;
    }
}

bool boot_option(const char *word)
{
    size_t length = strlen(word);

    for (const char *at = boot_info.command_line; *at; at++)
        if ((at == boot_info.command_line || at[-1] == ' ') && !strncmp(at, word, length) &&
            (at[length] == ' ' || !at[length]))
            return true;
    return false;
}
