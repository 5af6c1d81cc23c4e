/* SPDX-License-Identifier: MIT */
/*
 * acpi.c - the few facts that only ACPI tells: processors, the local APIC's address, the power-off register, IOMMUs.
 *
 * Source: ACPI Specification 6.4, "Root System Description Pointer", "Multiple APIC Description Table",
 * "Fixed ACPI Description Table"; VT-d specification, "DMA Remapping Reporting Structure".
 * Read while the identity map lives; tables above 4 GiB are ignored.
 */
#include "arch/x86_64/cpu.h"
#include "base/string.h"
#include "core/klog.h"

#define HEADER 36 /* bytes of every table: signature, length, ... */

struct acpi_info acpi_info = {.apic_address = 0xfee00000};

static uint64_t read(const uint8_t *at, uint32_t bytes)
{
    uint64_t value = 0;

    memcpy(&value, at, bytes);
    return value;
}

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)read(at, 4);
}

static bool reachable(uint64_t physical, uint64_t bytes)
{
    return physical && physical + bytes <= 1ull << 32 && bytes <= 1 << 20;
}

/* A table all of which can be read; NULL: it cannot. */
static const uint8_t *table_at(uint64_t physical)
{
    if (!reachable(physical, HEADER) || !reachable(physical, read32(boot_memory(physical) + 4)))
        return NULL;
    return boot_memory(physical);
}

static void read_madt(const uint8_t *table, uint32_t length)
{
    acpi_info.apic_address = read32(table + 36);
    for (uint32_t at = 44; at + 2 <= length && table[at + 1] >= 2 && at + table[at + 1] <= length;
         at += table[at + 1]) {
        const uint8_t *entry = table + at;

        if (entry[0] == 0 && entry[1] >= 8 && entry[4] & 1 && acpi_info.cpu_count < EXO_CPU_MAX)
            acpi_info.apic_ids[acpi_info.cpu_count++] = entry[3];
    }
}

static void read_dmar(const uint8_t *table, uint32_t length)
{
    for (uint32_t at = 48; at + 16 <= length && read32(table + at) >> 16 >= 16 &&
                           read32(table + at) >> 16 <= length - at;
         at += read32(table + at) >> 16) {
        if (read32(table + at) & 0xffff)
            continue; /* not a unit */
        if (acpi_info.iommu_count == IOMMU_MAX || read32(table + at + 4) >> 16) {
            acpi_info.iommu_count = 0; /* more than we serve: none */
            return;
        }
        acpi_info.iommu_all |= table[at + 4] & 1;
        for (uint32_t s = at + 16; s + 8 <= at + (read32(table + at) >> 16) && table[s + 1] >= 8;
             s += table[s + 1]) {
            uint32_t function = (table[s + 6] & 31u) << 3 | (table[s + 7] & 7u);

            if (table[s] <= 2 && table[s + 1] == 8 && !table[s + 5]) /* of the first bus */
                acpi_info.iommu_functions[function / 64] |= 1ull << function % 64;
        }
        acpi_info.iommu[acpi_info.iommu_count++] = read(table + at + 8, 8);
    }
}

static void read_table(const uint8_t *table)
{
    uint32_t length = table ? read32(table + 4) : 0;

    if (length >= 44 && !memcmp(table, "APIC", 4))
        read_madt(table, length);
    if (length >= 68 && !memcmp(table, "FACP", 4))
        acpi_info.pm1a_control = (uint16_t)read32(table + 64);
    if (length >= HEADER && !memcmp(table, "DMAR", 4))
        read_dmar(table, length);
}

void acpi_read(uint64_t rsdp)
{
    if (!reachable(rsdp, 36) || memcmp(boot_memory(rsdp), "RSD PTR ", 8)) {
        klog("acpi: no tables; one CPU");
        return;
    }
    const uint8_t *pointer = boot_memory(rsdp);
    uint32_t width = pointer[15] >= 2 ? 8 : 4;
    uint64_t root = read(pointer + (width == 8 ? 24 : 16), width);

    const uint8_t *table = table_at(root);

    for (uint32_t at = HEADER; table && at + width <= read32(table + 4); at += width)
        read_table(table_at(read(table + at, width)));
}
