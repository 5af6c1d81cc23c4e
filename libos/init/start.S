/* SPDX-License-Identifier: MIT */
/* start.S - init's first instruction: rdi is struct exo_init_start, rsp its stack; no return. */
    .section .text.start, "ax", @progbits
    .global _start
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call init_main
    ud2
    .section .note.GNU-stack, "", @progbits
