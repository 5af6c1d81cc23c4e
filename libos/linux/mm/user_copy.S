/* SPDX-License-Identifier: MIT */
/*
 * user_copy.S - copies between the LibOS and a program's memory.
 *
 * A page that is missing is faulted in by the trap handler and the instruction is retried; when that fails the
 * handler looks rip up in user_fixups and continues at the fix-up, which returns nonzero.
 */
.macro FIXUP at, to
    .pushsection .user_fixups, "a"
    .quad \at, \to
    .popsection
.endm

    .text
/* int user_copy(void *to, const void *from, size_t bytes): 0 or nonzero */
    .globl user_copy
    .type user_copy, @function
user_copy:
    movq %rdx, %rcx
    shrq $3, %rcx
1:  rep movsq
    movl %edx, %ecx
    andl $7, %ecx
2:  rep movsb
    xorl %eax, %eax
    ret
3:  movl $1, %eax
    ret
    FIXUP 1b, 3b
    FIXUP 2b, 3b
    .size user_copy, . - user_copy

/* int user_clear(void *to, size_t bytes) */
    .globl user_clear
    .type user_clear, @function
user_clear:
    xorl %eax, %eax
    movq %rsi, %rcx
    shrq $3, %rcx
1:  rep stosq
    movl %esi, %ecx
    andl $7, %ecx
2:  rep stosb
    ret
3:  movl $1, %eax
    ret
    FIXUP 1b, 3b
    FIXUP 2b, 3b
    .size user_clear, . - user_clear

/* int user_exchange(uint32_t *at, uint32_t *expected, uint32_t value): 0 or nonzero; *expected: what was there */
    .globl user_exchange
    .type user_exchange, @function
user_exchange:
    movl (%rsi), %eax
1:  lock cmpxchgl %edx, (%rdi)
    movl %eax, (%rsi)
    xorl %eax, %eax
    ret
3:  movl $1, %eax
    ret
    FIXUP 1b, 3b
    .size user_exchange, . - user_exchange

/* int64_t user_string(char *to, const char *from, size_t size): length, -1: fault, size: no NUL within size */
    .globl user_string
    .type user_string, @function
user_string:
    xorl %eax, %eax
    movabsq $0x0101010101010101, %r8
    movabsq $0x8080808080808080, %r9
0:  leaq 8(%rax), %rcx              /* eight bytes, if they fit and lie in one page */
    cmpq %rdx, %rcx
    ja 4f
    leal (%rsi,%rax), %ecx
    andl $4095, %ecx
    cmpl $4088, %ecx
    ja 4f
1:  movq (%rsi,%rax), %rcx
    movq %rcx, (%rdi,%rax)
    movq %rcx, %r10
    subq %r8, %r10
    notq %rcx
    andq %rcx, %r10
    andq %r9, %r10
    jnz 3f
    addq $8, %rax
    jmp 0b
3:  bsfq %r10, %r10                 /* the first zero byte */
    shrl $3, %r10d
    addq %r10, %rax
2:  ret
4:  cmpq %rdx, %rax
    jae 2b
5:  movb (%rsi,%rax), %cl
    movb %cl, (%rdi,%rax)
    testb %cl, %cl
    jz 2b
    incq %rax
    jmp 0b
6:  movq $-1, %rax
    ret
    FIXUP 1b, 6b
    FIXUP 5b, 6b
    .size user_string, . - user_string

    .section .note.GNU-stack, "", @progbits
