/* SPDX-License-Identifier: MIT */
/*
 * boot.S - from the boot protocol's 32-bit entry to C in the upper half.
 *
 * Source: Xen "x86/HVM direct boot ABI" (PVH): 32-bit protected mode, paging off, ebx = physical
 * address of struct hvm_start_info, flat segments, interrupts off. Intel SDM 3A, "Initializing IA-32e Mode".
 */
#include "arch/x86_64/layout.h"
#include "kernel_offsets.h"

#define PHYSICAL(symbol) ((symbol) - KERNEL_BASE)

    .section .note.pvh, "a", @note
    .align 4
    .long 4, 4, 18              /* name size, descriptor size, XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long PHYSICAL(boot_entry)

    .section .text.boot, "ax"
    .code32
    .global boot_entry
boot_entry:
    cli
    cld
    rdtsc
    movl %eax, PHYSICAL(boot_entry_tsc)
    movl %edx, PHYSICAL(boot_entry_tsc) + 4
    movl %ebx, PHYSICAL(cpu_start + START_ARGUMENT)

/*
 * From here on all CPUs go the same way, with flat segments and without a stack: PAE, long mode, NX if there, paging and write
 * protection, then to what `cpu_start` says.
 */
start_32:
    movl $PHYSICAL(boot_pml4), %eax
    movl %eax, %cr3
    movl $0x20, %eax            /* CR4.PAE */
    movl %eax, %cr4
    movl $0x80000001, %eax
    cpuid
    movl %edx, %edi
    movl $0xc0000080, %ecx      /* EFER */
    rdmsr
    orl $0x101, %eax            /* LME, SCE */
    btl $20, %edi               /* NX present? */
    jnc 1f
    orl $0x800, %eax
1:  wrmsr
    movl %cr0, %eax
    andl $0x9fffffff, %eax      /* caches on */
    orl $0x80010021, %eax       /* PG, WP, NE, PE */
    movl %eax, %cr0
    lgdt PHYSICAL(boot_gdt_pointer)
    ljmp $0x08, $PHYSICAL(start_64)
    .code64
start_64:
    movq $start_high, %rax
    jmp *%rax
start_high:
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movq cpu_start + START_ROOT, %rax
    movq %rax, %cr3
    movq cpu_start + START_STACK, %rsp
    movq cpu_start + START_ARGUMENT, %rdi
    xorl %ebp, %ebp
    call *cpu_start + START_FUNCTION
    ud2

/* The first instructions of the other CPUs, copied to SMP_TRAMPOLINE (below 1 MiB). Real mode, cs = address >> 4. */
    .code16
    .global smp_trampoline, smp_trampoline_end
smp_trampoline:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    lgdtl boot_gdt_pointer - smp_trampoline
    movl $0x11, %eax
    movl %eax, %cr0
    ljmpl $0x18, $PHYSICAL(smp_32)
boot_gdt_pointer:
    .word 39
    .long PHYSICAL(boot_gdt)
smp_trampoline_end:
    .code32
smp_32:
    movl $0x20, %eax
    movl %eax, %ds
    jmp start_32

    .section .rodata
    .align 8
boot_gdt:
    .quad 0
    .quad 0x00af9a000000ffff    /* 0x08: 64-bit code */
    .quad 0x00cf92000000ffff    /* 0x10: data */
    .quad 0x00cf9a000000ffff    /* 0x18: 32-bit code */
    .quad 0x00cf92000000ffff    /* 0x20: data */

/* struct cpu_start: the first CPU's; smp.c makes it that of each other one. */
    .data
    .global cpu_start
cpu_start:
    .quad PHYSICAL(boot_pml4), boot_stack_top, 0, kernel_main

/* The first 4 GiB where they are, in 2 MiB pages (0x83: present, write, large), and the first of them again at KERNEL_BASE. */
    .align 4096
    .global boot_entry_tsc
    .global boot_pml4
boot_pml4:
    .quad PHYSICAL(boot_pdpt) + 3
    .fill 510, 8, 0
    .quad PHYSICAL(boot_pdpt_high) + 3
boot_pdpt:
    .irp i, 0, 1, 2, 3
    .quad PHYSICAL(boot_pd) + \i * 4096 + 3
    .endr
    .fill 508, 8, 0
boot_pdpt_high:
    .fill 510, 8, 0
    .quad PHYSICAL(boot_pd) + 3, 0
boot_pd:
    .set page, 0x83
    .rept 2048
    .quad page
    .set page, page + 0x200000
    .endr

    .bss
    .align 16
boot_stack:     .skip 8192
boot_stack_top:
boot_entry_tsc: .skip 8
    .section .note.GNU-stack, "", @progbits
