/* SPDX-License-Identifier: MIT */
/* cpu.h - what the x86-64 files share: features, kernel mappings, boot data. Private to arch/x86_64 and main.c. */
#pragma once
#include "core/arch.h"

#define MSR_APIC_BASE     0x1b
#define MSR_EFER          0xc0000080
#define MSR_STAR          0xc0000081
#define MSR_LSTAR         0xc0000082
#define MSR_FMASK         0xc0000084
#define MSR_GS_BASE       0xc0000101
#define MSR_KERNEL_GS     0xc0000102
#define MSR_FIXED_CONTROL 0x38d
#define MSR_COUNTERS_ON   0x38f

static inline uint64_t msr_read(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline uint64_t tsc_read(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

struct cpuid_result {
    uint32_t a, b, c, d;
};

static inline struct cpuid_result cpuid(uint32_t leaf, uint32_t sub)
{
    struct cpuid_result r;
    __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(sub));
    return r;
}

/* cpu.c */
struct features {
    bool rdrand, smep, smap, umip, pku, counters;
    bool lazy; /* extended state may stay in the registers while another env runs */
    uint32_t xsave_bytes;
    uint64_t xsave_mask; /* XCR0 */
};
extern struct features features;
void features_read(void);
void cpu_control_setup(void);           /* CR0, CR4, EFER, XCR0, SYSCALL MSRs of this CPU */
void cpu_tables_setup(struct cpu *cpu); /* GDT, TSS, IDT, GS base of this CPU */
void cpu_patch_text(void); /* boot: turn placeholders into CLAC/STAC where SMAP is there */
struct cpu *cpu_prepare(uint32_t index, uint32_t apic_id); /* boot: memory and struct of a CPU */

/* paging.c */
extern uint64_t kernel_root_physical;
/* boot: kernel tables; identity map stays until paging_finish */
void paging_start(uint64_t frames);
void paging_finish(void);  /* boot: W^X image, no identity map, kernel root loaded */
/* boot: one page of the kernel's half */
void map_kernel(uint64_t address, uint64_t frame, uint64_t bits);
uint64_t *kernel_entry_slot(uint64_t address); /* its level-1 entry, in the window */
uint64_t boot_frame(void); /* boot: a zeroed frame for the kernel */

/* time.c, apic.c, smp.c */
void time_calibrate(void);
extern uint64_t tsc_hz, rtc;
void apic_map(uint64_t physical);
void apic_start(void); /* this CPU's */
void apic_end_of_interrupt(void);
uint32_t apic_id(void);
void apic_send(uint32_t target, uint32_t command);
#define CALIBRATE_NS 2500000 /* that `wait` waits */
void apic_calibrate(void (*wait)(void));
/* boot.S: how a CPU goes on once it is in the upper half. */
struct cpu_start {
    uint64_t root, stack, argument;
    void (*function)(uint64_t argument);
};
extern struct cpu_start cpu_start;
void smp_start(const uint32_t *apic_ids, uint32_t count);

/* iommu.c */
extern uint64_t (*iommu_roots)[2], (*iommu_interrupts)[2]; /* by bus, by vector; NULL: no IOMMU */
void iommu_start(void); /* boot, before the first arch_dma_attach; without IOMMU nothing happens */

/* pvh.c */
#define MEMORY_RANGES 64
struct memory_range {
    uint64_t start, end;
};
struct boot_info {
    struct memory_range usable[MEMORY_RANGES];
    uint32_t usable_count;
    uint64_t module_start, module_end;
    uint64_t rsdp;
    char command_line[1024];
};
extern struct boot_info boot_info;
void pvh_read(uint32_t physical);
bool boot_option(const char *word); /* is this word on the command line? */

/* acpi.c */
#define IOMMU_MAX 8
struct acpi_info {
    uint32_t apic_ids[EXO_CPU_MAX];
    uint32_t cpu_count;
    uint64_t apic_address;
    uint16_t pm1a_control;     /* 0: unknown */
    uint64_t iommu[IOMMU_MAX]; /* registers */
    uint32_t iommu_count;
    bool iommu_all;              /* they stand between all functions and memory, */
    uint64_t iommu_functions[4]; /* or these of the first bus, and what is below */
};
extern struct acpi_info acpi_info;
void acpi_read(uint64_t rsdp);

/* While the identity map lives (boot only): physical memory below 4 GiB. */
static inline void *boot_memory(uint64_t physical)
{
    return (void *)physical;
}
