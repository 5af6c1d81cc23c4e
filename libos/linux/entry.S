/* SPDX-License-Identifier: MIT */
/*
 * entry.S - from a program into the LibOS and back, without the kernel on the way back.
 *
 * GS base points to struct vcpu, which lies behind struct exo_upcall in the same page: both are reached with one
 * displacement. A program runs with upcalls unmasked, LibOS code masked, which is how a trap tells whose it is.
 * The last instructions before a program goes on are unmasked, too (exit_start .. exit_end): there all registers but
 * rip, rsp and rflags are the program's, and those three are in vcpu->resume_*. A trap there is the program's.
 * With several vcpus, C code here holds the instance lock: taken by call_enter, cpu_trap and cpu_pending_at_exit.
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
#define VCPU_SITES        136
#define VCPU_SITE_KEY     144
#define VCPU_REFLECTED_CALLS 152
#define VCPU_WORD_CALLS   160
#define UPCALL(field) %gs:(field - 2048)

#define REGS_R8     0 /* offsets in struct regs */
#define REGS_RDI    64
#define REGS_RDX    96
#define REGS_RAX    104
#define REGS_RCX    112
#define REGS_ORIG_RAX 120
#define REGS_RIP    128
#define REGS_FLAGS  144
#define REGS_RSP    152
#define REGS_BYTES  168
#define NR_RT_SIGRETURN 15
#define FLAG_DF     0x400
#define FLAG_AC     0x40000
#define FLAGS_LIBOS 0x202 /* what LibOS code runs with */

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

/* struct regs of a reflected call; rcx and r11 as the instruction leaves them. */
.macro REFLECTED_REGS
    movq UPCALL(EXO_UPCALL_SYSCALL_RIP), %rcx
    movq UPCALL(EXO_UPCALL_SYSCALL_RFLAGS), %r11
    pushq %gs:VCPU_SS
    pushq %gs:VCPU_RSP
    pushq %r11
    pushq %gs:VCPU_CS
    pushq %rcx
    pushq %rax
    SAVE_REST %rax
.endm

/* The flags that C code runs with. */
.macro LIBOS_FLAGS
    pushq $FLAGS_LIBOS
    popfq
.endm

/* The registers of a system call that C code has lost. */
.macro ARGUMENTS_AGAIN
    movq REGS_R8(%rsp), %r8
    movq REGS_R8 + 8(%rsp), %r9
    movq REGS_R8 + 16(%rsp), %r10
    movq REGS_RDI(%rsp), %rdi
    movq REGS_RDI + 8(%rsp), %rsi
    movq REGS_RDX(%rsp), %rdx
    movq REGS_RAX(%rsp), %rax
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
 * What a rewritten site does, and how its program goes on. In: ecx = slot, masked, all other registers but r11 the
 * program's, rsp too. rcx and r11 end as after a syscall instruction. Of struct regs rax, rcx and r11 are stored only
 * where somebody is going to look at them, cs stays from the task's start.
 */
.macro SITE_ENTRY
    movq %rsp, %r11
    movq %gs:VCPU_TOP, %rsp
    pushq %gs:VCPU_SS
    pushq %r11
    pushfq
    movq %gs:VCPU_SITES, %r11
    movq (%r11,%rcx,8), %rcx
    testl $(FLAG_DF | FLAG_AC), (%rsp)
    leaq -REGS_FLAGS(%rsp), %rsp
    jnz 2f
1:  movq %rcx, REGS_RIP(%rsp)
    movq %rax, REGS_ORIG_RAX(%rsp)
    movq %rdx, REGS_RDX(%rsp)
    movq %rbx, REGS_RDI + 24(%rsp)
    movq %rbp, REGS_RDI + 16(%rsp)
    movq %rsi, REGS_RDI + 8(%rsp)
    movq %rdi, REGS_RDI(%rsp)
    movq %r15, REGS_R8 + 56(%rsp)
    movq %r14, REGS_R8 + 48(%rsp)
    movq %r13, REGS_R8 + 40(%rsp)
    movq %r12, REGS_R8 + 32(%rsp)
    movq %r10, REGS_R8 + 16(%rsp)
    movq %r9, REGS_R8 + 8(%rsp)
    movq %r8, REGS_R8(%rsp)
.endm

/* To the handler of the call in rax, its arguments in their registers; rsp = struct regs. */
.macro HANDLER_CALL
    cmpq $CALL_COUNT, %rax
    jae 3f
    leaq calls(%rip), %r11
    incq (CALL_COUNT * 8)(%r11,%rax,8)
    movq %r10, %rcx
    call *(%r11,%rax,8)
    cmpq $-4095, %rax
    jae 4f
.endm

/* The callee-saved registers are the program's already; those that handlers lose come back. Ends at exit_light. */
.macro PROGRAM_AGAIN
    movq REGS_RIP(%rsp), %rcx
    movq REGS_R8(%rsp), %r8
    movq REGS_R8 + 8(%rsp), %r9
    movq REGS_R8 + 16(%rsp), %r10
    movq REGS_RDI(%rsp), %rdi
    movq REGS_RDI + 8(%rsp), %rsi
    movq REGS_RDX(%rsp), %rdx
    movq REGS_FLAGS(%rsp), %r11
    leaq REGS_FLAGS(%rsp), %rsp
    movl $0, UPCALL(EXO_UPCALL_MASKED)
.endm

/*
 * rewrite_call_many - a call from a rewritten site with several vcpus: the instance lock is taken here, and given back when
 * nothing is left to check.
 */
    .globl rewrite_call_many
rewrite_call_many:
    SITE_ENTRY
    movq %rax, REGS_RAX(%rsp)
call_enter_many:
    call instance_lock_take
call_locked_many:
    ARGUMENTS_AGAIN
    HANDLER_CALL
5:  movq %gs:VCPU_TASK, %rcx
    cmpl $0, TASK_ATTENTION(%rcx)
    jne call_attention
    movq %rax, REGS_RAX(%rsp)
    call instance_lock_give
    movq REGS_RAX(%rsp), %rax
    PROGRAM_AGAIN
    jmp exit_light
2:  LIBOS_FLAGS
    jmp 1b
3:  movq %rsp, %rdi
    call call_dispatch
    movq REGS_RAX(%rsp), %rax
    jmp 5b
4:  movq %rax, REGS_RAX(%rsp)
    movq %rsp, %rdi
    call call_failed
    movq REGS_RAX(%rsp), %rax
    jmp 5b

/*
 * rewrite_call - the same with one vcpu, by way of the site's stub (rewrite/): a plain jump. A call that began with one vcpu
 * and ends with several finds ATTENTION_REGS set (vcpus_start).
 */
    .globl rewrite_call
rewrite_call:
    SITE_ENTRY
/* With one vcpu: a call in rax, its arguments in their registers; rsp = struct regs. */
call_enter:
    HANDLER_CALL
call_leave:
    movq %gs:VCPU_TASK, %rcx
    cmpl $0, TASK_ATTENTION(%rcx)
    jne call_attention
    PROGRAM_AGAIN
/* The program goes on, with rcx = rip and r11 = rflags as a syscall instruction leaves them; rsp = at rflags of struct regs. */
exit_light:
    cmpl $0, UPCALL(EXO_UPCALL_PENDING)
    jne 5f
    popfq
    popq %rsp
    jmp *%rcx
5:  movl $1, UPCALL(EXO_UPCALL_MASKED)
    jmp exit_light_pending
/* The same with all of struct regs loaded; rsp = at rflags of it. */
exit_start:
    cmpl $0, UPCALL(EXO_UPCALL_PENDING)
    jne 6f
    popfq
    movq %gs:VCPU_RSP, %rsp
    jmp *%gs:VCPU_RIP
6:  movl $1, UPCALL(EXO_UPCALL_MASKED)
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
    call cpu_pending_at_exit
    jmp exit_checked
exit_light_pending:
    leaq -REGS_FLAGS(%rsp), %rsp
    movq %rax, REGS_RAX(%rsp)
    movq %rcx, REGS_RCX(%rsp)
    movq %r11, REGS_R8 + 24(%rsp)
    call cpu_pending_at_exit
    jmp exit_checked
2:  LIBOS_FLAGS
    jmp 1b
3:  movq %rsp, %rdi
    call call_dispatch
    movq REGS_RAX(%rsp), %rax
    jmp call_leave
4:  movq %rax, REGS_RAX(%rsp)
    movq %rsp, %rdi
    call call_failed
    movq REGS_RAX(%rsp), %rax
    jmp call_leave
call_attention:
    movq %rax, REGS_RAX(%rsp)
    testl $ATTENTION_REGS, TASK_ATTENTION(%rcx)
    jnz 1f
    movq REGS_RIP(%rsp), %rax       /* the registers are the program's own: complete them */
    movq REGS_FLAGS(%rsp), %rdx
    movq %rax, REGS_RCX(%rsp)
    movq %rdx, REGS_R8 + 24(%rsp)
1:  andl $~ATTENTION_REGS, TASK_ATTENTION(%rcx) /* if that was all of it, there is nothing to look at */
    jmp exit_checked

/*
 * rewrite_word - a call that a word of struct process answers, from a rewritten site. In: ecx = slot, eax = offset of
 * the word; unmasked on the program's stack: nothing but rax, rcx and r11 changes, flags neither. A trap in here starts
 * the site again (rewrite_trap), but for one at the last instruction.
 */
    .globl rewrite_word_start, rewrite_word, rewrite_word_jump, rewrite_word_end
rewrite_word_start:
rewrite_word:
    movq %gs:VCPU_WORD_CALLS, %r11
    leaq 1(%r11), %r11
    movq %r11, %gs:VCPU_WORD_CALLS
    movq %gs:VCPU_TASK, %r11
    movq TASK_PROCESS(%r11), %r11
    movl (%r11,%rax), %eax
    movq %gs:VCPU_SITES, %r11
    movq (%r11,%rcx,8), %rcx
rewrite_word_jump:
    jmp *%rcx
rewrite_word_end:

/*
 * A system call of the program by reflection. In: all registers but rcx, r11 the program's, rsp too; masked.
 * A site that was not refused before is looked at for rewriting. Calls that only read a word are answered here.
 */
    .globl instance_syscall_entry
    .type instance_syscall_entry, @function
instance_syscall_entry:
    movq %rsp, %gs:VCPU_RSP
    movq UPCALL(EXO_UPCALL_SYSCALL_RIP), %rcx
    movq %gs:VCPU_SITE_KEY, %r11
    orq %rcx, %r11
    movzbl %cl, %ecx
    shll $5, %ecx
    leaq refused_rows(%rip), %rsp
    cmpq %r11, (%rsp,%rcx)
    jne 2f
    incq 8(%rsp,%rcx)
    movq %gs:VCPU_TOP, %rsp
    cmpq $FAST_CALLS, %rax
    jae 1f
    leaq fast_calls(%rip), %rcx
    movswq (%rcx,%rax,2), %rcx
    testl %ecx, %ecx
    jz 1f
    movq %gs:VCPU_TASK, %r11
    movq TASK_PROCESS(%r11), %r11
    movl -1(%r11,%rcx), %eax
    movq UPCALL(EXO_UPCALL_SYSCALL_RIP), %rcx
    movq UPCALL(EXO_UPCALL_SYSCALL_RFLAGS), %r11
    movq %rcx, %gs:VCPU_RIP
    movq %r11, %gs:VCPU_FLAGS
    pushq %r11
    movl $0, UPCALL(EXO_UPCALL_MASKED)
    jmp exit_start
1:  incq %gs:VCPU_REFLECTED_CALLS
    cmpq $NR_RT_SIGRETURN, %rax
    je 4f
    REFLECTED_REGS
    cmpl $0, instance_many(%rip)
    je call_enter
    jmp call_enter_many
/* The end of a signal handler: all registers come from its frame, so none is stored but the two that say where it is. */
4:  leaq -REGS_BYTES(%rsp), %rsp
    movq %gs:VCPU_RSP, %rcx
    movq UPCALL(EXO_UPCALL_SYSCALL_RFLAGS), %r11
    movq %rcx, REGS_RSP(%rsp)
    movq %r11, REGS_FLAGS(%rsp)
    movq %rax, REGS_ORIG_RAX(%rsp)
    cmpl $0, instance_many(%rip)
    jne 6f
5:  leaq calls(%rip), %r11
    incq (CALL_COUNT * 8 + NR_RT_SIGRETURN * 8)(%r11)
    call *(NR_RT_SIGRETURN * 8)(%r11)
    movq %rax, REGS_RAX(%rsp)
    movq %gs:VCPU_TASK, %rcx
    andl $~ATTENTION_REGS, TASK_ATTENTION(%rcx)
    jmp exit_checked
6:  call instance_lock_take
    jmp 5b
2:  movq %gs:VCPU_TOP, %rsp
    REFLECTED_REGS
    incq %gs:VCPU_REFLECTED_CALLS
    cmpl $0, instance_many(%rip)
    je 3f
    call instance_lock_take
    movq %rsp, %rdi
    call rewrite_site
    jmp call_locked_many
3:  movq %rsp, %rdi
    call rewrite_site
    ARGUMENTS_AGAIN
    jmp call_enter

/* What is pending for the vcpu is looked at last (exit_start). */
exit_checked:
    movq %gs:VCPU_TASK, %rax
    cmpl $0, TASK_ATTENTION(%rax)
    jne exit_slow
/* struct regs at rsp: the program goes on with all of it. */
exit_full:
    cmpl $0, instance_many(%rip)
    jne 8f
9:  movq REGS_RIP(%rsp), %rax
    movq REGS_FLAGS(%rsp), %rcx
    movq REGS_RSP(%rsp), %rdx
    movq %rax, %gs:VCPU_RIP
    movq %rcx, %gs:VCPU_FLAGS
    movq %rdx, %gs:VCPU_RSP
    RESTORE_REST
    leaq 24(%rsp), %rsp             /* at rflags */
    movl $0, UPCALL(EXO_UPCALL_MASKED)
    jmp exit_start
exit_slow:
    movq %rsp, %rdi
    call cpu_return
    jmp exit_full
8:  call instance_lock_give
    jmp 9b
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
    leaq exit_light(%rip), %rcx
    subq UPCALL(EXO_UPCALL_TRAP)(%rax), %rcx
    negq %rcx
    cmpq $(exit_end - exit_light), %rcx
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
    movq %rcx, %gs:(VCPU_STASH + 8)
    leaq exit_start(%rip), %rcx
    cmpq %rcx, UPCALL(EXO_UPCALL_TRAP)(%rax)
    movq %gs:(VCPU_STASH + 8), %rcx
    jb 1f
    pushq %gs:VCPU_RSP
    pushq %gs:VCPU_FLAGS
    pushq %gs:VCPU_CS
    pushq %gs:VCPU_RIP
    jmp trap_save
1:  leaq -32(%rsp), %rsp            /* struct regs has them still */
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

/* 1 + offset in struct process of the word that answers the call; 0: its handler. The table in use is writable:
 * call_watch sets what it watches to 0. */
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
    .short 1 + PROCESS_PARENT_PID
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
    .globl fast_calls_at_start, fast_calls
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
