/* SPDX-License-Identifier: MIT */
/* transfer.S - control transfer calls: loading and storing the message registers; see transfer.h. */

#include "abi/exo_types.h"
#include "exo_numbers.h"

    .macro load_message pointer
    movq 0(\pointer), %rdx
    movq 8(\pointer), %r10
    movq 16(\pointer), %r8
    movq 24(\pointer), %r9
    movq 32(\pointer), %rbx
    movq 40(\pointer), %r12
    movq 48(\pointer), %r13
    movq 56(\pointer), %r14
    .endm

    .macro store_message pointer
    movq %rdx, 0(\pointer)
    movq %r10, 8(\pointer)
    movq %r8, 16(\pointer)
    movq %r9, 24(\pointer)
    movq %rbx, 32(\pointer)
    movq %r12, 40(\pointer)
    movq %r13, 48(\pointer)
    movq %r14, 56(\pointer)
    .endm

    .macro save_callee
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    .endm

    .macro restore_callee
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    .endm

/* exo_transfer_call(slot, env, message): the callee may change every register but rsp. */
    .text
    .global exo_transfer_call
    .type exo_transfer_call, @function
exo_transfer_call:
    save_callee
    pushq %rdx
    movq %rdx, %rax
    load_message %rax
    movabsq $(EXO_CALL_TAG << 32 | EXO_CALL_TRANSFER_CALL), %rax
    syscall
    popq %rcx
    testq %rax, %rax
    js 1f
    store_message %rcx
1:  restore_callee
    ret

    .global exo_transfer_send
    .type exo_transfer_send, @function
exo_transfer_send:
    save_callee
    movq %rdx, %rax
    load_message %rax
    movabsq $(EXO_CALL_TAG << 32 | EXO_CALL_TRANSFER_SEND), %rax
    syscall
    restore_callee
    ret

    .global exo_transfer_reply
    .type exo_transfer_reply, @function
exo_transfer_reply:
    save_callee
    load_message %rdi
    movabsq $(EXO_CALL_TAG << 32 | EXO_CALL_TRANSFER_RETURN), %rax
    syscall
    restore_callee
    ret

/* The kernel enters here on transfer_rsp: rax is the caller's env id, the other registers are the message. */
    .weak exo_transfer_serve
    .global exo_transfer_entry
    .type exo_transfer_entry, @function
exo_transfer_entry:
    andq $-16, %rsp
    subq $64, %rsp
    store_message %rsp
    movq %rax, %rdi
    movq %rsp, %rsi
    xorl %ebp, %ebp
    call exo_transfer_serve
    movq %rsp, %rdi
    call exo_transfer_reply
    ud2
    .section .note.GNU-stack, "", @progbits
