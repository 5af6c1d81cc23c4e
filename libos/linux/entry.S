/* SPDX-License-Identifier: MIT */
/*
 * entry.S - from a program into the LibOS and back, without the kernel on the way back.
 *
 * GS base points to struct vcpu, which lies behind struct exo_upcall in the same page: both are reached with one
 * displacement. A program runs with upcalls unmasked, LibOS code masked, which is how a trap tells whose it is.
 * Two places run unmasked in here, the last instructions before a program goes on; a trap there is the program's:
 *   exit_jump   all registers but rcx are the program's; what is left is a jump to resume_rip
 *   exit_iret   all registers but rsp are the program's, rsp points to the iretq frame at the top of the stack
 */
#include "abi/exo_types.h"
#include "build/gen/linux_offsets.h"

#define VCPU_TASK   8
#define VCPU_STASH  16
#define VCPU_TOP    48
#define VCPU_RESUME 88
#define VCPU_CS     96
#define VCPU_SS     104
#define UPCALL(field) %gs:(field - 2048)

#define REGS_IRET   128 /* offset of rip in struct regs */
#define REGS_RAX    80
#define FAST_CALLS  128

/* struct regs below the iretq frame and orig_rax; rax comes from `rax`. */
.macro SAVE_REST rax
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq \rax
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

.macro RESTORE_REST
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
.endm

    .text

/* First instruction of the instance: rdi = struct instance_start, rsp = its first stack. */
    .globl _start
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call libos_main
    ud2

/*
 * A system call of the program. In: all registers but rcx, r11 the program's, rsp too; masked.
 * Calls that only read a word of the process are answered here.
 */
    .globl instance_syscall_entry
    .type instance_syscall_entry, @function
instance_syscall_entry:
    movq %rsp, %gs:VCPU_STASH
    movq %gs:VCPU_TOP, %rsp
    cmpq $FAST_CALLS, %rax
    jae 1f
    leaq fast_calls(%rip), %rcx
    movswq (%rcx,%rax,2), %rcx
    testl %ecx, %ecx
    jz 1f
    movq %gs:VCPU_TASK, %r11
    movq TASK_PROCESS(%r11), %r11
    js 5f
    movl (%r11,%rcx), %eax
0:  pushq UPCALL(EXO_UPCALL_SYSCALL_RFLAGS)
    movq UPCALL(EXO_UPCALL_SYSCALL_RIP), %rcx
    movq %rcx, %gs:VCPU_RESUME
    popfq
    movq %gs:VCPU_STASH, %rsp
    movl $0, UPCALL(EXO_UPCALL_MASKED)
    jmp exit_jump
5:  addq %rcx, %r11                 /* the parent's pid: one step further */
    movq PROCESS_PARENT + PROCESS_PID(%r11), %r11
    testq %r11, %r11
    jz 1f
    movl PROCESS_PID(%r11), %eax
    jmp 0b
1:  pushq %gs:VCPU_SS
    pushq %gs:VCPU_STASH
    pushq UPCALL(EXO_UPCALL_SYSCALL_RFLAGS)
    pushq %gs:VCPU_CS
    pushq UPCALL(EXO_UPCALL_SYSCALL_RIP)
    pushq %rax
    SAVE_REST %rax
    movq %rsp, %rdi
    call call_dispatch
    movq %rsp, %rdi
    call cpu_return
/* Back from a system call: struct regs at rsp; rcx and r11 may be lost unless someone (a signal) changed rip. */
    movq %gs:VCPU_TOP, %rcx
    cmpq $0, -48(%rcx)              /* orig_rax: negative when all registers count (rt_sigreturn, execve) */
    jl exit_full
    RESTORE_REST
    movq 8(%rsp), %rcx
    movq %rcx, %gs:VCPU_RESUME
    movq 32(%rsp), %rcx
    movq %rcx, %gs:VCPU_STASH
    leaq 24(%rsp), %rsp
    popfq
    movq %gs:VCPU_STASH, %rsp
    movl $0, UPCALL(EXO_UPCALL_MASKED)
    .globl exit_jump_start, exit_jump_end
exit_jump_start:
exit_jump:
    movl UPCALL(EXO_UPCALL_PENDING), %ecx
    jrcxz 2f
    jmp 3f
2:  jmp *%gs:VCPU_RESUME
3:  movl $1, UPCALL(EXO_UPCALL_MASKED)
exit_jump_end:
/* Something became pending at the last moment: as if an upcall had hit the program at resume_rip. */
    movq %rsp, %gs:VCPU_STASH
    movq %gs:VCPU_TOP, %rsp
    pushq %gs:VCPU_SS
    pushq %gs:VCPU_STASH
    pushfq
    pushq %gs:VCPU_CS
    pushq %gs:VCPU_RESUME
    pushq $-1
    SAVE_REST %rax
    call cpu_pending
    jmp exit_checked
    .size instance_syscall_entry, . - instance_syscall_entry

/* Starts and resumes with every register: struct regs at the top of the stack. */
    .globl task_start_user, enter_program
task_start_user:
enter_program:
    movq %gs:VCPU_TOP, %rsp
    subq $168, %rsp
exit_checked:
    movq %rsp, %rdi
    call cpu_return
exit_full:
    RESTORE_REST
    addq $8, %rsp
    movl $0, UPCALL(EXO_UPCALL_MASKED)
exit_iret_start:
    cmpl $0, UPCALL(EXO_UPCALL_PENDING)
    jne 4f
    iretq
4:  movl $1, UPCALL(EXO_UPCALL_MASKED)
exit_iret_end:
    pushq $-1
    SAVE_REST %rax
    call cpu_pending
    jmp exit_checked

/*
 * A trap or upcall. In: all registers the interrupted ones, the record at trap[trap_depth - 1]; masked.
 * rax is stashed; the flags are in the record.
 */
    .globl instance_trap_entry
    .type instance_trap_entry, @function
instance_trap_entry:
    movq %rax, %gs:VCPU_STASH
    movl UPCALL(EXO_UPCALL_TRAP_DEPTH), %eax
    decl %eax
    shll $6, %eax
    cmpl $0, UPCALL(EXO_UPCALL_TRAP + 44)(%rax)
    jne trap_nested
    movq %rcx, %gs:(VCPU_STASH + 8)
    movq UPCALL(EXO_UPCALL_TRAP)(%rax), %rcx
    movq %rdx, %gs:(VCPU_STASH + 16)
    leaq exit_iret_start(%rip), %rdx
    subq %rdx, %rcx
    cmpq $(exit_iret_end - exit_iret_start), %rcx
    movq %gs:(VCPU_STASH + 16), %rdx
    movq %gs:(VCPU_STASH + 8), %rcx
    movq %gs:VCPU_TOP, %rsp
    jb trap_in_iret
    pushq %gs:VCPU_SS
    pushq UPCALL(EXO_UPCALL_TRAP + 16)(%rax)
    pushq UPCALL(EXO_UPCALL_TRAP + 8)(%rax)
    pushq %gs:VCPU_CS
    pushq UPCALL(EXO_UPCALL_TRAP)(%rax)
trap_save:
    pushq $-1
    SAVE_REST %gs:VCPU_STASH
    call trap_handle
    movq %rsp, %rdi
    call cpu_return
    jmp exit_full

trap_in_iret: /* the frame that iretq was to take is where ours belongs */
    subq $40, %rsp
    jmp trap_save

/* In LibOS code: on its own stack, and back to it without any checks, masked all the time. */
trap_nested:
    pushq %gs:VCPU_SS
    pushq UPCALL(EXO_UPCALL_TRAP + 16)(%rax)
    pushq UPCALL(EXO_UPCALL_TRAP + 8)(%rax)
    pushq %gs:VCPU_CS
    pushq UPCALL(EXO_UPCALL_TRAP)(%rax)
    pushq $-1
    SAVE_REST %gs:VCPU_STASH
    call trap_handle
    RESTORE_REST
    addq $8, %rsp
    iretq
    .size instance_trap_entry, . - instance_trap_entry

/* rax = offset of the trap record, struct regs above the return address: copies the record, frees its place. */
trap_handle:
    leaq 8(%rsp), %rdi
    subq $64, %rsp
    cld
    movl $EXO_UPCALL_TRAP - 2048, %ecx
    addl %eax, %ecx
    movslq %ecx, %rcx
    movq %gs:(%rcx), %rax
    movq %rax, (%rsp)
    movq %gs:8(%rcx), %rax
    movq %rax, 8(%rsp)
    movq %gs:16(%rcx), %rax
    movq %rax, 16(%rsp)
    movq %gs:24(%rcx), %rax
    movq %rax, 24(%rsp)
    movq %gs:32(%rcx), %rax
    movq %rax, 32(%rsp)
    movq %gs:40(%rcx), %rax
    movq %rax, 40(%rsp)
    decl UPCALL(EXO_UPCALL_TRAP_DEPTH)
    movq %rsp, %rsi
    call cpu_trap
    addq $64, %rsp
    ret

/* Four traps inside each other: the stack may be the reason, so another one is used. */
    .globl instance_last_resort
instance_last_resort:
    leaq last_stack_top(%rip), %rsp
    call cpu_last_resort
    ud2

    .section .rodata
/* Offset in struct process of the word that answers the call; 0: call_dispatch;
 * negative: minus the offset in its parent. */
    .balign 64
fast_calls:
    .set number, 0
    .rept FAST_CALLS
    .if number == 39
    .short PROCESS_PID
    .elseif number == 102
    .short PROCESS_UID
    .elseif number == 104
    .short PROCESS_GID
    .elseif number == 107
    .short PROCESS_EUID
    .elseif number == 108
    .short PROCESS_EGID
    .elseif number == 110
    .short -PROCESS_PID
    .elseif number == 111
    .short PROCESS_PGID
    .else
    .short 0
    .endif
    .set number, number + 1
    .endr

    .bss
    .balign 16
    .skip 4096
last_stack_top:
    .section .note.GNU-stack, "", @progbits
