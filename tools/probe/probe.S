/* SPDX-License-Identifier: MIT */
/*
 * probe.S - the smallest kernel that shows that ring 0, long mode and ring 3 really work under an accelerator.
 *
 * Started by QEMU by PVH: 32-bit protected mode, paging off. Maps the first GiB, enters long mode, crosses into
 * ring 3 and back ROUNDS times by sysretq and syscall, and ends QEMU with status 99 through the isa-debug-exit
 * device. Anything else (a triple fault, a hang) is the answer no.
 */
#define ROUNDS    500
#define EXIT_PORT 0xf4
#define EXIT_CODE 0x31

    .section .note.pvh, "a"
    .align 4
    .long 4, 4, 18              /* owner's length, value's length, XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long start

    .text
    .code32
    .globl start
start:                          /* in: nothing; all registers free */
    movl $stack_top, %esp
    movl $level3 + 7, level4
    movl $level2 + 7, level3
    movl $0x87, %eax            /* present, writable, user, 2 MiB */
    movl $level2, %edi
    movl $512, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b
    movl $level4, %eax
    movl %eax, %cr3
    movl %cr4, %eax
    orl $0x20, %eax             /* PAE */
    movl %eax, %cr4
    movl $0xc0000080, %ecx      /* EFER: LME and SCE */
    rdmsr
    orl $0x101, %eax
    wrmsr
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $0x08, $long_mode

    .code64
long_mode:
    movl $0x10, %eax
    movl %eax, %ss
    movl %eax, %ds
    movl %eax, %es
    movl $0xc0000081, %ecx      /* STAR: syscall to 0x08, sysret to 0x18 + 16 */
    xorl %eax, %eax
    movl $0x00180008, %edx
    wrmsr
    movl $0xc0000082, %ecx      /* LSTAR */
    leaq from_user(%rip), %rax
    xorl %edx, %edx
    wrmsr
    movl $0xc0000084, %ecx      /* FMASK: all flags */
    movl $0xffffffff, %eax
    wrmsr
    movl $ROUNDS, %ebx
to_user:
    leaq user(%rip), %rcx
    movl $2, %r11d
    sysretq
user:
    movl %cs, %eax
    syscall
from_user:                      /* in: eax the code selector seen outside */
    andl $3, %eax
    cmpl $3, %eax
    jne 2f
    movq %cr3, %rax
    movq %rax, %cr3
    decl %ebx
    jnz to_user
    movl $EXIT_CODE, %eax
    movw $EXIT_PORT, %dx
    outl %eax, %dx
2:  cli
    hlt
    jmp 2b

    .section .data, "aw"
    .align 16
gdt:
    .quad 0
    .quad 0x00af9b000000ffff    /* 08: ring 0 code */
    .quad 0x00cf93000000ffff    /* 10: ring 0 data */
    .quad 0                     /* 18: sysret's 32-bit code, unused */
    .quad 0x00cff3000000ffff    /* 20: ring 3 data */
    .quad 0x00affb000000ffff    /* 28: ring 3 code */
gdt_pointer:
    .word gdt_pointer - gdt - 1
    .long gdt

    .section .bss, "aw", @nobits
    .align 4096
level4: .skip 4096
level3: .skip 4096
level2: .skip 4096
    .skip 1024
stack_top:
