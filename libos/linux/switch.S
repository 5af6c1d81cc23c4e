/* SPDX-License-Identifier: MIT */
/*
 * switch.S - context_switch(saved, loaded): the callee-saved registers go on the stack, rsp into *saved (rdi), and
 * the same is taken back from the stack at `loaded` (rsi). Returns on the other stack.
 */
    .text
    .global context_switch
    .hidden context_switch
context_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .section .note.GNU-stack, "", @progbits
