/* SPDX-License-Identifier: MIT */
/*
 * entry.S - from a program into the LibOS and back, without the kernel on the way back.
 *
 * GS base points to struct vcpu, which lies behind struct exo_upcall in the same page: both are reached with one
 * displacement. A program runs with upcalls unmasked, LibOS code masked, which is how a trap tells whose it is.
 * The last instructions before a program goes on are unmasked, too (exit_start .. exit_end): there all registers but
 * rip, rsp and rflags are the program's, and those three are in vcpu->resume_*. A trap there is the program's.
 * Not used: iretq. In ring 3 it would do, but QEMU's emulation reads its frame as the kernel, which SMAP forbids.
 */
#include "abi/exo_types.h"
#include "linux_offsets.h"

#define VCPU_TASK   8
#define VCPU_STASH  16
#define VCPU_TOP    48
#define VCPU_RIP    88
#define VCPU_RSP    96
#define VCPU_FLAGS  104
#define VCPU_CS     112
#define VCPU_SS     120
#define UPCALL(field) %gs:(field - 2048)

#define REGS_RIP    128 /* offsets in struct regs */
#define REGS_FLAGS  144
#define REGS_RSP    152
#define FAST_CALLS  128

/* struct regs below the iretq frame and orig_rax; rax comes from `rax`. */
.macro SAVE_REST rax
    pushq %rcx
    pushq \rax
    pushq %rdx
    pushq %rbx
    pushq %rbp
    pushq %rsi
    pushq %rdi
    pushq %r15
    pushq %r14
    pushq %r13
    pushq %r12
    pushq %r11
    pushq %r10
    pushq %r9
    pushq %r8
.endm

.macro RESTORE_REST
    popq %r8
    popq %r9
    popq %r10
    popq %r11
    popq %r12
    popq %r13
    popq %r14
    popq %r15
    popq %rdi
    popq %rsi
    popq %rbp
    popq %rbx
    popq %rdx
    popq %rax
    popq %rcx
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
    movq %rsp, %gs:VCPU_RSP
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
    movl -1(%r11,%rcx), %eax
0:  movq UPCALL(EXO_UPCALL_SYSCALL_RIP), %rcx
    movq UPCALL(EXO_UPCALL_SYSCALL_RFLAGS), %r11
    movq %rcx, %gs:VCPU_RIP
    movq %r11, %gs:VCPU_FLAGS
    pushq %r11
    movl $0, UPCALL(EXO_UPCALL_MASKED)
    jmp exit_start
5:  addq %rcx, %r11                 /* the parent's pid: one step further */
    movq PROCESS_PARENT + PROCESS_PID + 1(%r11), %r11
    movl $1, %eax                   /* no struct process: the LibOS itself */
    testq %r11, %r11
    jz 0b
    movl PROCESS_PID(%r11), %eax
    jmp 0b
1:  pushq %gs:VCPU_SS
    pushq %gs:VCPU_RSP
    pushq UPCALL(EXO_UPCALL_SYSCALL_RFLAGS)
    pushq %gs:VCPU_CS
    pushq UPCALL(EXO_UPCALL_SYSCALL_RIP)
    pushq %rax
    SAVE_REST %rax
    movq %rsp, %rdi
    call call_dispatch
exit_checked:
    cmpl $0, UPCALL(EXO_UPCALL_PENDING)
    jne 6f
    movq %gs:VCPU_TASK, %rax
    cmpl $0, TASK_ATTENTION(%rax)
    jne 6f
/* struct regs at rsp: the program goes on with all of it. */
7:
    movq REGS_RIP(%rsp), %rax
    movq REGS_FLAGS(%rsp), %rcx
    movq REGS_RSP(%rsp), %rdx
    movq %rax, %gs:VCPU_RIP
    movq %rcx, %gs:VCPU_FLAGS
    movq %rdx, %gs:VCPU_RSP
    RESTORE_REST
    leaq 24(%rsp), %rsp             /* at rflags */
    movl $0, UPCALL(EXO_UPCALL_MASKED)
exit_start:
    cmpl $0, UPCALL(EXO_UPCALL_PENDING)
    jne 4f
    popfq
    movq %gs:VCPU_RSP, %rsp
    jmp *%gs:VCPU_RIP
4:  movl $1, UPCALL(EXO_UPCALL_MASKED)
exit_end:
/* Something became pending at the last moment: as if an upcall had hit the program. */
    movq %gs:VCPU_TOP, %rsp
    pushq %gs:VCPU_SS
    pushq %gs:VCPU_RSP
    pushq %gs:VCPU_FLAGS
    pushq %gs:VCPU_CS
    pushq %gs:VCPU_RIP
    pushq $-1
    SAVE_REST %rax
    call cpu_pending
    jmp exit_checked
6:  movq %rsp, %rdi
    call cpu_return
    jmp 7b
    .size instance_syscall_entry, . - instance_syscall_entry

/* Starts a task: struct regs is at the top of its stack. */
    .globl task_start_user, enter_program
task_start_user:
enter_program:
    movq %gs:VCPU_TOP, %rsp
    subq $168, %rsp
    jmp exit_checked

/*
 * A trap or upcall. In: all registers the interrupted ones, the record at trap[trap_depth - 1]; masked.
 * The flags are in the record, too.
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
    movq %gs:VCPU_TOP, %rsp
    pushq %gs:VCPU_SS
    leaq exit_start(%rip), %rcx
    subq UPCALL(EXO_UPCALL_TRAP)(%rax), %rcx
    negq %rcx
    cmpq $(exit_end - exit_start), %rcx
    movq %gs:(VCPU_STASH + 8), %rcx
    jb trap_at_exit
    pushq UPCALL(EXO_UPCALL_TRAP + 16)(%rax)
    pushq UPCALL(EXO_UPCALL_TRAP + 8)(%rax)
    pushq %gs:VCPU_CS
    pushq UPCALL(EXO_UPCALL_TRAP)(%rax)
trap_save:
    pushq $-1
    SAVE_REST %gs:VCPU_STASH
    call trap_handle
    jmp exit_checked

trap_at_exit:
    pushq %gs:VCPU_RSP
    pushq %gs:VCPU_FLAGS
    pushq %gs:VCPU_CS
    pushq %gs:VCPU_RIP
    jmp trap_save

/* In LibOS code: on its own stack (which has no red zone), and back to it without any checks, masked all the time. */
trap_nested:
    pushq %gs:VCPU_SS
    pushq UPCALL(EXO_UPCALL_TRAP + 16)(%rax)
    pushq UPCALL(EXO_UPCALL_TRAP + 8)(%rax)
    pushq %gs:VCPU_CS
    pushq UPCALL(EXO_UPCALL_TRAP)(%rax)
    pushq $-1
    SAVE_REST %gs:VCPU_STASH
    call trap_handle
    movq REGS_RIP(%rsp), %rax       /* rip and rflags go next to the interrupted stack's end */
    movq %rax, REGS_RSP + 8(%rsp)
    movq REGS_FLAGS(%rsp), %rax
    movq %rax, REGS_RSP(%rsp)
    RESTORE_REST
    leaq 32(%rsp), %rsp
    popfq
    ret
    .size instance_trap_entry, . - instance_trap_entry

/* rax = offset of the trap record, struct regs above the return address: cpu_trap gets what it needs of the record
 * in registers, as its place is free for the next trap from here on. */
trap_handle:
    leaq 8(%rsp), %rdi
    movq UPCALL(EXO_UPCALL_TRAP + 40)(%rax), %rsi
    movq UPCALL(EXO_UPCALL_TRAP + 32)(%rax), %rdx
    movq UPCALL(EXO_UPCALL_TRAP + 24)(%rax), %rcx
    cld
    decl UPCALL(EXO_UPCALL_TRAP_DEPTH)
    jmp cpu_trap

/* Four traps inside each other: the stack may be the reason, so another one is used. */
    .globl instance_last_resort
instance_last_resort:
    leaq last_stack_top(%rip), %rsp
    call cpu_last_resort
    ud2

/* 1 + offset in struct process of the word that answers the call; 0: call_dispatch; negative: minus that, in its
 * parent. The table in use is writable: call_watch sets what it watches to 0. */
.macro FAST_CALLS_TABLE
    .set number, 0
    .rept FAST_CALLS
    .if number == 39
    .short 1 + PROCESS_PID
    .elseif number == 102
    .short 1 + PROCESS_UID
    .elseif number == 104
    .short 1 + PROCESS_GID
    .elseif number == 107
    .short 1 + PROCESS_EUID
    .elseif number == 108
    .short 1 + PROCESS_EGID
    .elseif number == 110
    .short -1 - PROCESS_PID
    .elseif number == 111
    .short 1 + PROCESS_PGID
    .else
    .short 0
    .endif
    .set number, number + 1
    .endr
.endm

    .section .rodata
    .balign 4
    .globl fast_calls_count, fast_calls_at_start, fast_calls
fast_calls_count:
    .long FAST_CALLS
fast_calls_at_start:
    FAST_CALLS_TABLE
    .data
    .balign 64
fast_calls:
    FAST_CALLS_TABLE

    .bss
    .balign 16
    .skip 4096
last_stack_top:
    .section .note.GNU-stack, "", @progbits
