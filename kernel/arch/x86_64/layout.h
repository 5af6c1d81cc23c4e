/* SPDX-License-Identifier: MIT */
/* layout.h - where things lie in the kernel's half of every address space, and numbers for assembly; offsets in structs: offsets.c. */
#pragma once

#ifdef __ASSEMBLER__
#define ADDRESS(x) x
#else
#define ADDRESS(x) x##ul
#endif

#define KERNEL_BASE ADDRESS(0xffffffff80000000) /* image; root slot 511 */
#define WINDOW_BASE                                                                                \
    ADDRESS(                                                                                       \
        0xfffffe8000000000) /* root slot 509: frame f at WINDOW_BASE + f * 4096, only if the kernel owns it */
#define PROGRAM_BASE ADDRESS(0xffffffffc0000000) /* downloaded code: 512 slots of 2 MiB, in reach of the image */
#define MAP_BASE     ADDRESS(0xfffffe0000000000) /* root slot 508: the regions below */
#define FRAME_TABLE  ADDRESS(0xfffffe0000000000) /* struct exo_frame[] */
#define EXPOSED_BASE ADDRESS(0xfffffe4000000000) /* machine page, slice vectors, device table */
#define CPU_BASE     ADDRESS(0xfffffe5000000000) /* per-CPU regions of CPU_STRIDE bytes */
#define MMIO_BASE    ADDRESS(0xfffffe6000000000) /* local APIC, MSI-X tables */
#define CPU_STRIDE   0x10000

/* Pages of a CPU's region; those not named are never mapped, so that each stack ends at a hole. */
#define CPU_PAGE_STACK  1  /* 4 pages */
#define CPU_PAGE_DOUBLE 6  /* double-fault stack */
#define CPU_PAGE_NMI    8  /* NMI and machine-check stack */
#define CPU_PAGE_DEBUG  10 /* debug-exception stack */
#define CPU_PAGE_STRUCT 12 /* struct cpu, 2 pages */
#define CPU_PAGE_MAP    14 /* 2 pages of address space for frame_window */

#define SMP_TRAMPOLINE 0x8000

/* Selectors, in the order that SYSCALL and SYSRET need (Intel SDM 2B, SYSRET). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA   0x1b
#define SELECTOR_USER_CODE   0x23
#define SELECTOR_TSS         0x28

#define TSC_SHIFT 32

#define VECTOR_TIMER      0x40
#define VECTOR_KICK       0x41 /* look at what other CPUs want: TLB flush, wake-up */
#define VECTOR_DEVICE     0x50 /* first of the MSI-X vectors */
#define VECTOR_DEVICE_END 0xf0
#define VECTOR_SPURIOUS   0xff
#define VECTOR_CALL       0x100 /* not a hardware vector: a kernel call that may give the CPU away */

#define USER_FLAGS                                                                                 \
    0x202 /* rflags at an upcall's first instruction: interrupts on, all else clear */
