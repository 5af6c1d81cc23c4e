/* SPDX-License-Identifier: MIT */
/*
 * upcall_entry.S - trap entry and return at user level, without iretq.
 *
 * instance_trap_entry: entered by the kernel with all registers as interrupted, masked 1, the record on top of the
 * upcall page's trap stack. Builds a struct exo_context on the handler stack (or below the interrupted rsp when that
 * is on it) and calls exo_upcall_enter. The stash is used only while asynchronous upcalls are masked and
 * nothing here can fault.
 */

#include "abi/exo_types.h"
#include "lib/exo/upcall.h"

    .text

/* Pushes the general registers of struct exo_context below its upper part; rax and rcx come from the stash. */
    .macro push_registers
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %gs:SELF_STASH + 8
    pushq %gs:SELF_STASH
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    .endm

    .global instance_trap_entry
    .type instance_trap_entry, @function
instance_trap_entry:
    movq %rax, %gs:SELF_STASH
    movq %rcx, %gs:SELF_STASH + 8
    movq %rsp, %rcx
    movq %gs:SELF_STACK_HIGH, %rax
    cmpq %gs:SELF_STACK_LOW, %rcx
    jb 1f
    cmpq %rax, %rcx
    ja 1f
    leaq -128(%rcx), %rax
1:  andq $-16, %rax
    movq %rax, %rsp
    movq %gs:SELF_UPCALL, %rax
    movl EXO_UPCALL_TRAP_DEPTH(%rax), %ecx
    decl %ecx
    andl $3, %ecx
    shll $6, %ecx
    leaq EXO_UPCALL_TRAP(%rax, %rcx), %rcx
    movl %ss, %eax
    pushq %rax
    pushq 16(%rcx)              /* rsp */
    pushq 8(%rcx)               /* rflags */
    movl %cs, %eax
    pushq %rax
    pushq 0(%rcx)               /* rip */
    pushq 32(%rcx)              /* address */
    pushq 24(%rcx)              /* error */
    pushq 40(%rcx)              /* vector, masked */
    push_registers
    movq %gs:SELF_UPCALL, %rax
    decl EXO_UPCALL_TRAP_DEPTH(%rax) /* the record is copied: from here on a nested trap may use it */
    xorl %ebp, %ebp
    movq %rsp, %rdi
    movq %rsp, %rbx
    andq $-16, %rsp
    call exo_upcall_enter
    movq %rbx, %rsp

/* rsp points to a struct exo_context: go on with it. */
resume:
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rax
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
    addq $24, %rsp              /* vector and masked, error, address */
/*
 * rsp points to rip, cs, rflags, rsp, ss. Not iretq: QEMU's TCG before 9.1 pops its frame with supervisor rights, which
 * SMAP forbids. Nothing is written to the interrupted stack. An asynchronous upcall that nests in here uses the same
 * two words of struct exo_self, so exo_upcall_enter restarts the window at its beginning, or takes the jump itself.
 */
    .global exo_resume_start, exo_resume_jump
exo_resume_start:
    pushq 0(%rsp)
    popq %gs:SELF_RESUME_RIP
    pushq 24(%rsp)
    popq %gs:SELF_RESUME_RSP
    pushq 16(%rsp)
    popfq
    movq %gs:SELF_RESUME_RSP, %rsp
exo_resume_jump:
    jmp *%gs:SELF_RESUME_RIP

/*
 * exo_self_trap(handler): as above, with the caller's return address as rip. Masks first; the context's masked word is
 * what it was before.
 */
    .global exo_self_trap
    .type exo_self_trap, @function
exo_self_trap:
    movq %gs:SELF_UPCALL, %rax
    movl EXO_UPCALL_MASKED(%rax), %edx
    movl $1, EXO_UPCALL_MASKED(%rax)
    movq $0, %gs:SELF_STASH
    movq $0, %gs:SELF_STASH + 8
    movq %rsp, %rcx
    movq %gs:SELF_STACK_HIGH, %rsp
    movl %ss, %eax
    pushq %rax
    leaq 8(%rcx), %rax
    pushq %rax                  /* rsp after the return */
    pushq $0x202
    movl %cs, %eax
    pushq %rax
    pushq (%rcx)                /* return address */
    pushq $0
    pushq $0
    shlq $32, %rdx
    orq $0x105, %rdx
    pushq %rdx
    movq %rdi, %rax
    push_registers
    movq %rsp, %rdi
    movq %rax, %rsi
    movq %rsp, %rbx
    andq $-16, %rsp
    call exo_upcall_self
    movq %rbx, %rsp
    jmp resume

/* exo_unmask_site: an instruction that exo_unmask executes to have itself interrupted; see upcall.c. */
    .global exo_unmask_site, exo_unmask_trap
    .type exo_unmask_trap, @function
exo_unmask_trap:
exo_unmask_site:
    ud2
    ret
    .section .note.GNU-stack, "", @progbits
