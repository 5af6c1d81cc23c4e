/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the ways into the kernel and out of it.
 *
 * From ring 3 the full register frame goes straight into the running env (struct env begins with
 * struct regs; the TSS and CPU_ENV_STACK point to its end); C then runs on the CPU's own stack. The
 * kernel runs with interrupts off except while idle, so a trap from ring 0 is an interrupt of the idle
 * loop, a user-copy fault, an NMI, or a bug. Interrupts never nest.
 */
#include "arch/x86_64/layout.h"
#include "abi/exo_types.h"
#include "exo_numbers.h"
#include "kernel_offsets.h"

.macro PUSH registers:vararg
    .irp register, \registers
    pushq %\register
    .endr
.endm
.macro POP registers:vararg
    .irp register, \registers
    popq %\register
    .endr
.endm
/* The general registers of struct regs, below vector and error code, and back. */
.macro SAVE_GENERAL
    PUSH rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
.endm
.macro RESTORE_GENERAL
    POP r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
    addq $16, %rsp              /* vector, error */
.endm

/* From a system call as if it were a trap: the frame of struct regs below user rip rcx and flags r11. */
.macro ENTER_AS_TRAP vector
    movq %gs:CPU_ENV_STACK, %rsp
    pushq $SELECTOR_USER_DATA
    pushq %gs:CPU_SCRATCH
    pushq %r11
    pushq $SELECTOR_USER_CODE
    PUSH rcx
    pushq $0
    pushq $\vector
    jmp save_and_enter
.endm

    .text

/*
 * syscall_entry - SYSCALL jumps here. In: rcx user rip, r11 user flags, rax number, rsp user's; interrupts
 * off by FMASK. Not the kernel's tag: reflect. Else: table call; the stack holds user rip and flags.
 */
    .align 64
    .global syscall_entry, keys_site_1, keys_end_1, keys_site_2, keys_end_2, clac_site_1, clac_site_2, clac_site_3
syscall_entry:
    swapgs
    movq %rsp, %gs:CPU_SCRATCH
    movabsq $-(EXO_CALL_TAG << 32), %rsp
    addq %rax, %rsp
    cmpq $EXO_CALL_SWITCH_FIRST, %rsp
    jae not_fast
    movq %gs:CPU_STACK, %rsp
    PUSH rcx, r11
    movq %r10, %rcx
    andl $(EXO_CALL_SWITCH_FIRST - 1), %eax /* also where the processor mispredicted the comparison */
    call *call_table_fast(, %rax, 8)
    POP r11, rcx
    xorl %edi, %edi
    xorl %esi, %esi
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    movq %gs:CPU_SCRATCH, %rsp  /* nobody enters from ring 3 meanwhile */
    swapgs
    sysretq

/* Another kernel call, or a foreign system call, which goes to the env: everything but rcx and r11 stays as it is. */
not_fast:
    shrq $32, %rsp
    jz switch_call
    movq %gs:CPU_UPCALL, %rsp
    movq %rcx, EXO_UPCALL_SYSCALL_RIP(%rsp)
    movq %r11, EXO_UPCALL_SYSCALL_RFLAGS(%rsp)
    movq %gs:CPU_ENV, %rcx
    movq ENV_SYSCALL_ENTRY(%rcx), %rcx
    testq %rcx, %rcx
    jz no_syscall_entry
    movl $1, EXO_UPCALL_MASKED(%rsp)
    movl $USER_FLAGS, %r11d
    movq %gs:CPU_SCRATCH, %rsp
    swapgs
    sysretq

/* An env without system-call entry sees its syscall instruction as invalid. */
no_syscall_entry:
    movq EXO_UPCALL_SYSCALL_RIP(%rsp), %rcx
    subq $2, %rcx
    ENTER_AS_TRAP 6

/* A kernel call that may switch envs. */
switch_call:
    cmpl $EXO_CALL_TRANSFER_CALL, %eax
    je transfer_call
    cmpl $EXO_CALL_TRANSFER_RETURN, %eax
    je transfer_return
/* In general: as a trap, so that the whole frame is in the env. */
switch_any:
    ENTER_AS_TRAP VECTOR_CALL

/*
 * Control transfer with the usual outcome, as core/transfer.c does it for every other: rsp is the running env (self), rbx
 * the env that goes on, r15 the message's rdx; of the message nothing else is touched. env_lock is shared (its gate). Until
 * the other env is claimed nothing has changed, and the general way takes over. Of a caller only what a C function must find
 * again is kept, for the case that the callee dies: the rest is the message, and the reply.
 */
.macro TRANSFER_BEGIN
    movq %gs:CPU_ENV, %rsp
    movq %rbx, REGS_RBX(%rsp)
    movq %r12, REGS_R12(%rsp)
    movq %r13, REGS_R13(%rsp)
    movq %r15, REGS_R15(%rsp)
    movq %rdx, %r15
    lock btsl $0, %gs:CPU_GATE_ENV
    jc transfer_busy
.endm
/* Claims rbx, which must be in state `from` with nothing else to be done for it, and switches to it; r13: its upcall page. */
.macro TRANSFER_PASS from, slow, keys_site, keys_end
    cmpl $0, ENV_ASYNC(%rbx)
    jne \slow
    rdtsc
    shlq $32, %rdx
    orq %rdx, %rax
    subq tsc_base(%rip), %rax
    mulq tsc_mult(%rip)
    shrdq $TSC_SHIFT, %rdx, %rax
    movq %rax, %r12
    cmpq %gs:CPU_SLICE_END, %rax
    jae \slow
    movq ENV_ALARM(%rbx), %rdx
    cmpq %gs:CPU_TIMER, %rdx
    jb \slow
    movl $\from, %eax
    movl $STATE_RUNNING, %edx
    lock cmpxchgl %edx, ENV_STATE(%rbx)
    jne \slow
    movq ENV_UPCALL(%rsp), %rax
    movq %r12, %rdx
    subq %gs:CPU_ENV_FROM, %rdx
    addq %rdx, EXO_UPCALL_USED(%rax)
    movq %r12, %gs:CPU_ENV_FROM
    movq ENV_UPCALL(%rbx), %r13
    movq %gs:CPU_SLICE_END, %rax
    movq %rax, EXO_UPCALL_SLICE_END(%r13)
    movq %r13, %gs:CPU_UPCALL
    movl %gs:CPU_INDEX, %eax
    movl %eax, ENV_CPU(%rbx)
    movq %rbx, %gs:CPU_ENV
    leaq REGS_END(%rbx), %rax
    movq %rax, %gs:CPU_ENV_STACK
    rdfsbase %rax
    movq %rax, ENV_FS_BASE(%rsp)
    movq ENV_FS_BASE(%rbx), %rax
    wrfsbase %rax
    movq ENV_GS_BASE(%rbx), %rax
    swapgs
    rdgsbase %rdx
    wrgsbase %rax
    swapgs
    movq %rdx, ENV_GS_BASE(%rsp)
\keys_site:
    .byte 0x66, 0x90            /* becomes a jump to keys_end where there are no protection keys */
    xorl %ecx, %ecx
    rdpkru
    movl %eax, ENV_KEYS(%rsp)
    movl ENV_KEYS(%rbx), %eax
    wrpkru
\keys_end:
    movq ENV_ROOT(%rbx), %rax
    cmpq %gs:CPU_ROOT, %rax
    je 1f
    movq %rax, %rdx
    xchgq %rdx, %gs:CPU_ROOT    /* before the load: pairs with table_shoot_down */
    shlq $EXO_PAGE_SHIFT, %rax
    movq %rax, %cr3
1:
.endm
/* What was lent of the message comes back. */
.macro TRANSFER_UNDO
    movq %r15, %rdx
    movq REGS_RBX(%rsp), %rbx
    movq REGS_R12(%rsp), %r12
    movq REGS_R13(%rsp), %r13
    movq REGS_R15(%rsp), %r15
.endm
/* rcx: the env that goes on. */
.macro TRANSFER_END
    movl $0, %gs:CPU_GATE_ENV
    movq %rbx, %rcx
    TRANSFER_UNDO
.endm

transfer_call:                  /* slot rdi, env rsi: a binding found before (transfer.c, callee_find) spares the checks */
    TRANSFER_BEGIN
    cmpq $EXO_CAP_SLOTS, %rdi
    jae call_slow
    leaq (%rdi, %rdi, 4), %rax
    cmpq %rsi, ENV_CAP_BOUND(%rsp, %rax, 8)
    jne call_slow
    movl %esi, %eax
    andl $(1 << EXO_ENV_FRAME_BITS) - 1, %eax
    movq %rax, %rbx
    shlq $5, %rax
    addq frame_table(%rip), %rax
    cmpb $FRAME_KIND_ENV, FRAME_ROW_KIND(%rax)
    jne call_slow
    shlq $EXO_PAGE_SHIFT, %rbx
    movabsq $WINDOW_BASE, %rax
    addq %rax, %rbx
    cmpq %rsi, ENV_ID(%rbx)
    jne call_slow
    movq %rcx, REGS_RIP(%rsp)
    TRANSFER_PASS STATE_WAITING, call_slow, keys_site_1, keys_end_1
    cmpb $0, ENV_EAGER(%rbx)
    jne 8f
    movq cr0_closed(%rip), %rax
    movq %rax, %cr0
2:  movq %r11, REGS_RFLAGS(%rsp)
    movq %gs:CPU_SCRATCH, %rax
    movq %rax, REGS_RSP(%rsp)
    movq %rbp, REGS_RBP(%rsp)
    movq %r14, REGS_R14(%rsp)
    movq %rsi, ENV_CALLEE(%rsp)
    movq %rsp, ENV_CALLER(%rbx)
    movb $1, ENV_TRANSFERRED(%rbx)
    movl $1, EXO_UPCALL_MASKED(%r13)
    incq EXO_UPCALL_TRANSFERS(%r13)
    movq ENV_ID(%rsp), %rax
    movl $STATE_CALLING, ENV_STATE(%rsp)
    TRANSFER_END
    movq ENV_TRANSFER_RSP(%rcx), %rsp
    movq ENV_TRANSFER_ENTRY(%rcx), %rcx
    movl $USER_FLAGS, %r11d
    swapgs
    sysretq
8:  leaq 2b(%rip), %r12
    jmp transfer_state

transfer_return:                /* `caller` is NULL or lives and waits for this env */
    TRANSFER_BEGIN
    movq ENV_CALLER(%rsp), %rbx
    testq %rbx, %rbx
    jz return_slow
    TRANSFER_PASS STATE_CALLING, return_slow, keys_site_2, keys_end_2
    cmpq %rbx, %gs:CPU_OWNER
    jne 8f
    clts
2:  movq $0, ENV_CALLEE(%rbx)
    movq $0, ENV_CALLER(%rsp)
    movb $0, ENV_TRANSFERRED(%rsp)
    movl $STATE_WAITING, ENV_STATE(%rsp)
    TRANSFER_END
    xorl %eax, %eax
    movq REGS_RSP(%rcx), %rsp
    movq REGS_RFLAGS(%rcx), %r11
    movq REGS_RIP(%rcx), %rcx
    swapgs
    sysretq
8:  leaq 2b(%rip), %r12

/* Extended state changes hands now: state_change(cpu, rbx); goes on at r12. The user's stack pointer stays in CPU_SCRATCH. */
transfer_state:
    xchgq %rsp, %gs:CPU_STACK
    PUSH rdi, rsi, r8, r9, r10, r11
    movq %gs:CPU_SELF, %rdi
    movq %rbx, %rsi
    call state_change
    POP r11, r10, r9, r8, rsi, rdi
    xchgq %rsp, %gs:CPU_STACK
    jmp *%r12

call_slow:
    movl $EXO_CALL_TRANSFER_CALL, %eax
    jmp 1f
return_slow:
    movl $EXO_CALL_TRANSFER_RETURN, %eax
1:  movl $0, %gs:CPU_GATE_ENV
transfer_busy:
    TRANSFER_UNDO
    jmp switch_any

/* Every IDT gate: 16 bytes each. The processor pushed an error code for some; others get a 0. */
    .align 64
    .global trap_stubs
trap_stubs:
    .set vector, 0
    .rept 256
    .align 16
    .if vector != 8 && vector != 10 && vector != 11 && vector != 12 && vector != 13 && vector != 14 && vector != 17 && vector != 21 && vector != 29 && vector != 30
    pushq $0
    .endif
    pushq $vector
    .if vector == 2 || vector == 8 || vector == 18 || vector == 1
    jmp trap_ist
    .elseif vector == 7 || vector >= 32
    jmp interrupt_common
    .else
    jmp trap_common
    .endif
    .set vector, vector + 1
    .endr

    .align 64
trap_common:
    testb $3, 24(%rsp)          /* cs: from ring 3? */
    jz trap_kernel
    swapgs
clac_site_1:
    .byte 0x0f, 0x1f, 0x00      /* becomes clac at boot if the CPU has SMAP */
/*
 * An exception of an env with a handler and a free trap record: the record is written through the window, the
 * env goes on at its handler. All that C would do (core/upcall.c, deliver) without saving a register more than needed;
 * everything unusual is left to it. The page is the env's to change meanwhile: each of its words is read once.
 */
    PUSH rax, rcx, rdx, rsi
    movq %gs:CPU_UPCALL, %rax
    movl EXO_UPCALL_TRAP_DEPTH(%rax), %ecx
    cmpl $EXO_TRAP_DEPTH, %ecx
    jae trap_unusual
    movq %gs:CPU_ENV, %rdx
    movq ENV_TRAP_ENTRY(%rdx), %rdx
    testq %rdx, %rdx
    jz trap_unusual
    incl EXO_UPCALL_TRAP_DEPTH(%rax)
    incq EXO_UPCALL_TRAPS(%rax)
    movl EXO_UPCALL_MASKED(%rax), %esi
    movl $1, EXO_UPCALL_MASKED(%rax)
    shll $6, %ecx
    leaq EXO_UPCALL_TRAP(%rax, %rcx), %rax
    movl %esi, 44(%rax)         /* masked */
    movq 48(%rsp), %rsi
    movq %rsi, (%rax)           /* rip */
    movq 64(%rsp), %rsi
    movq %rsi, 8(%rax)          /* rflags */
    movq 72(%rsp), %rsi
    movq %rsi, 16(%rax)         /* rsp */
    movq 40(%rsp), %rsi
    movq %rsi, 24(%rax)         /* error */
    movq 32(%rsp), %rcx
    movl %ecx, 40(%rax)         /* vector */
    xorl %esi, %esi
    cmpl $14, %ecx
    jne 1f
    movq %cr2, %rsi             /* of a page fault only: it may be another env's otherwise */
1:  movq %rsi, 32(%rax)         /* address */
    movq %rdx, 48(%rsp)
    movq $USER_FLAGS, 64(%rsp)
    POP rsi, rdx, rcx, rax
    addq $16, %rsp
    swapgs
    iretq
trap_unusual:
    POP rsi, rdx, rcx, rax
    jmp save_and_enter
interrupt_common:               /* and 7, closed extended state: the kernel's business, not the handler's */
    testb $3, 24(%rsp)
    jz trap_kernel
    swapgs
clac_site_3:
    .byte 0x0f, 0x1f, 0x00
save_and_enter:
    SAVE_GENERAL
    cld
    movq %rsp, %rdi
    movq %gs:CPU_STACK, %rsp
    xorl %ebp, %ebp
    call kernel_enter           /* which does not return */
/* leave_kernel - rsp: struct regs of an env (arch_leave). */
    .global leave_kernel
leave_kernel:
    RESTORE_GENERAL
    swapgs
    iretq

/* Traps from ring 0: the frame stays on the stack it came on; GS is already the kernel's. */
trap_kernel:
    SAVE_GENERAL
    cld
    movq %rsp, %rdi
    call kernel_trap
trap_kernel_out:
    RESTORE_GENERAL
    iretq

/*
 * NMI, double fault, machine check and debug come on stacks of their own at any instruction, also between
 * syscall_entry and its swapgs. A debug exception from ring 3 is moved to the env's frame and goes the
 * common way; the others are decided in C (kernel_trap), which ends the machine or ignores them.
 */
trap_ist:
    testb $3, 24(%rsp)
    jz 1f
    cmpq $1, (%rsp)
    jne 2f
    swapgs
    movq %rsp, %gs:CPU_SCRATCH  /* vector and error: of a debug exception, 1 and 0 */
    PUSH rcx, rsi, rdi
    movq %gs:CPU_ENV_STACK, %rdi
    subq $56, %rdi
    movq %gs:CPU_SCRATCH, %rsi
    movl $7, %ecx
    movq %rdi, %gs:CPU_SCRATCH
    cld
    rep movsq
    POP rdi, rsi, rcx
    movq %gs:CPU_SCRATCH, %rsp
clac_site_2:
    .byte 0x0f, 0x1f, 0x00
    jmp save_and_enter
1:  /* From ring 0: is GS this CPU's struct, which lies in the same region as the stack? Users may give GS any base. */
    PUSH rax, rcx, rdx
    movl $0xc0000101, %ecx
    rdmsr
    shlq $32, %rdx
    orq %rax, %rdx
    movq %rsp, %rax
    andq $-CPU_STRIDE, %rax
    addq $CPU_PAGE_STRUCT * EXO_PAGE_SIZE, %rax
    cmpq %rax, %rdx
    POP rdx, rcx, rax
    je trap_kernel
2:  swapgs
    SAVE_GENERAL
    cld
    movq %rsp, %rdi
    call kernel_trap
    swapgs
    jmp trap_kernel_out

/*
 * user_copy(to, from, bytes) - returns the bytes that were not copied. The caller checked the range and
 * opened SMAP. A fault at the copy continues at the fix-up.
 */
    .global user_copy
user_copy:
    movq %rdx, %rcx
    shrq $3, %rcx
    andl $7, %edx
user_copy_words:
    rep movsq
    movl %edx, %ecx
user_copy_bytes:
    rep movsb
    xorl %eax, %eax
    ret
user_copy_words_failed:
    leaq (%rdx, %rcx, 8), %rax
    ret
user_copy_bytes_failed:
    movq %rcx, %rax
    ret

    .section .fixup, "a"
    .quad user_copy_words, user_copy_words_failed
    .quad user_copy_bytes, user_copy_bytes_failed
    .section .note.GNU-stack, "", @progbits
