/* SPDX-License-Identifier: MIT */
/* layout.h - where things lie in the kernel's half of every address space, and offsets for assembly. */
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

/* struct cpu */
#define CPU_SELF          0
#define CPU_ENV           8
#define CPU_SCRATCH       16
#define CPU_UPCALL        24
#define CPU_STACK         32
#define CPU_INDEX         40
#define CPU_ROOT          48
#define CPU_SLICE_END     72
#define CPU_ENV_FROM      80
#define CPU_TIMER         104
#define CPU_GATE_ENV      120 /* gate[LOCK_ENV] */
#define CPU_OWNER         136
#define CPU_ENV_STACK     164 /* tss.rsp[0]: the end of env's struct regs */
#define TSC_SHIFT         32

/* struct env, which begins with struct regs */
#define REGS_R15           0
#define REGS_R14           8
#define REGS_R13           16
#define REGS_R12           24
#define REGS_RBP           32
#define REGS_RBX           40
#define REGS_RIP           136
#define REGS_RFLAGS        152
#define REGS_RSP           160
#define REGS_END           176
#define ENV_UPCALL         176
#define ENV_SYSCALL_ENTRY  184
#define ENV_TRAP_ENTRY     192
#define ENV_TRANSFER_ENTRY 208
#define ENV_TRANSFER_RSP   216
#define ENV_ID             224
#define ENV_ROOT           232
#define ENV_CALLER         240
#define ENV_CALLEE         248
#define ENV_FS_BASE        256
#define ENV_GS_BASE        264
#define ENV_ALARM          272
#define ENV_STATE          280
#define ENV_ASYNC_KILL     288 /* two words */
#define ENV_CPU            296
#define ENV_KEYS           300
#define ENV_TRANSFERRED    304
#define ENV_EAGER          305
#define ENV_CAP_BOUND      344 /* cap[0].bound */
#define CAP_BYTES          40
#define STATE_RUNNING      2
#define STATE_WAITING      4
#define STATE_CALLING      5
#define FRAME_ROW_SHIFT    5
#define FRAME_ROW_KIND     22
#define FRAME_KIND_ENV     4

#define VECTOR_TIMER      0x40
#define VECTOR_KICK       0x41 /* look at what other CPUs want: TLB flush, wake-up */
#define VECTOR_DEVICE     0x50 /* first of the MSI-X vectors */
#define VECTOR_DEVICE_END 0xf0
#define VECTOR_SPURIOUS   0xff
#define VECTOR_CALL       0x100 /* not a hardware vector: a kernel call that may give the CPU away */

#define USER_FLAGS                                                                                 \
    0x202 /* rflags at an upcall's first instruction: interrupts on, all else clear */
