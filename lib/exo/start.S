/* SPDX-License-Identifier: MIT */
/* start.S - first instruction of an instance built on lib/exo: rdi is struct instance_start; no return. */
    .section .text.start, "ax", @progbits
    .global _start
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call exo_start
    ud2
    .section .note.GNU-stack, "", @progbits
