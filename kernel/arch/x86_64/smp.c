/* SPDX-License-Identifier: MIT */
/*
 * smp.c - starting the other CPUs, one at a time.
 *
 * Source: Intel SDM 3A, "Multiple-Processor Management, MP Initialization Protocol".
 */
#include "arch/x86_64/cpu.h"
#include "base/string.h"
#include "core/klog.h"
#include "core/slice.h"

#define APIC_INIT    0x4500
#define APIC_STARTUP 0x4600
#define MS           1000000ull

extern char smp_trampoline[], smp_trampoline_end[];
static _Atomic uint32_t smp_arrived;
_Atomic uint32_t smp_go; /* main.c: everything is there, CPUs may run envs */

static void wait_ns(uint64_t ns)
{
    uint64_t end = arch_now_ns() + ns;

    while (arch_now_ns() < end)
        cpu_relax();
}

static void smp_main(uint64_t index)
{
    struct cpu *cpu = cpu_by_index((uint32_t)index);

    cpu_tables_setup(cpu);
    cpu_control_setup();
    apic_start();
    atomic_store(&smp_arrived, (uint32_t)index);
    while (!atomic_load(&smp_go))
        cpu_relax();
    slice_start();
}

void smp_start(const uint32_t *apic_ids, uint32_t count)
{
    memcpy(boot_memory(SMP_TRAMPOLINE), smp_trampoline,
           (size_t)(smp_trampoline_end - smp_trampoline));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = apic_ids[i];

        if (id == apic_id())
            continue;
        struct cpu *cpu = cpu_prepare(cpu_count, id);

        cpu_start = (struct cpu_start){kernel_root_physical, cpu->stack, cpu_count, smp_main};
        apic_send(id, APIC_INIT);
        wait_ns(10 * MS);
        for (int tries = 0; tries < 2 && atomic_load(&smp_arrived) != cpu_count; tries++) {
            apic_send(id, APIC_STARTUP | SMP_TRAMPOLINE >> 12);
            for (int ms = 0; ms < 100 && atomic_load(&smp_arrived) != cpu_count; ms++)
                wait_ns(MS);
        }
        if (atomic_load(&smp_arrived) == cpu_count)
            cpu_count++;
        else
            klog("smp: the CPU with APIC id %u does not answer; going on without it", id);
    }
}
