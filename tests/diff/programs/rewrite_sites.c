/* SPDX-License-Identifier: MIT */
/*
 * rewrite_sites - system calls from hand-written sites of many shapes, again and again: a LibOS may turn a site into a
 * jump after its first use, which must show in nothing but speed. Registers and flags are compared around every call.
 */
#include "tests/diff/diff.h"

#define TIMES 5

struct seen {
    uint64_t rax, rcx, rdx, rbx, rsi, rdi, rbp, r8, r9, r10, r12, r13, r14, r15, flags;
};

/* site_NAME: number in eax where the site does not load one itself. All are called through `enter`. */
#define SITE(name, code)                                                                           \
    void site_##name(void);                                                                        \
    void middle_##name(void);                                                                      \
    __asm__(".p2align 5; .skip 32, 0x90; site_" #name ": " code "; ret; .skip 16, 0x90")

SITE(mov32, "movl $110, %eax; middle_mov32: syscall");
SITE(mov64, ".byte 0x48,0xc7,0xc0; .long 110; middle_mov64: syscall");
SITE(moves, "movl $0, %esi; middle_moves: movq %rbx, %rax; syscall");
SITE(load, "movq 8(%rsp), %r9; middle_load: movq %rbx, %rax; syscall");
SITE(plain, "middle_plain: syscall");
SITE(branch,
     "testl %ebx, %ebx; middle_branch: je 1f; xorl %eax, %eax; movl %ebx, %eax; 1: syscall");
SITE(long,
     "movl $7, %esi; middle_long: movq %rbx, %rax; movq %rsi, %rsi; movslq %esi, %rsi; syscall");
SITE(flags, "cmpl $5, %ebx; movl $39, %eax; middle_flags: syscall");
SITE(wide, "movl $0, %edx; middle_wide: leaq 0(%rbx), %rax; syscall");
SITE(back, "1: decl %esi; movl $110, %eax; middle_back: syscall; testl %esi, %esi; jne 1b");
SITE(fourth, "movl $33, %r8d; middle_fourth: movl %ebx, %eax; syscall"); /* six bytes, then two */

/* Runs code with known registers; `rbx` is the call's number, rax too. */
void enter(void (*code)(void), uint64_t number, struct seen *out);
__asm__(
    "enter: push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; push %rdx;"
    "mov %rdi, %r11; mov %rsi, %rbx; mov %rsi, %rax;"
    "mov $0x1111, %edi; mov $0x2222, %esi; mov $0x3333, %edx; mov $0x4444, %r8d; mov $0x5555, %r9d;"
    "mov $0x6666, %r10d; mov $0x7777, %ebp; mov $0x8888, %r12d; mov $0x9999, %r13d; mov $0xaaaa, "
    "%r14d;"
    "mov $0xbbbb, %r15d; cmp $-1, %r15; stc; call *%r11;"
    "pushf; mov %rax, %r11; mov 8(%rsp), %rax; mov %r11, 0(%rax); mov %rdx, 16(%rax); mov %rbx, "
    "24(%rax);"
    "mov %rsi, 32(%rax); mov %rdi, 40(%rax); mov %rbp, 48(%rax); mov %r8, 56(%rax); mov %r9, "
    "64(%rax);"
    "mov %r10, 72(%rax); mov %r12, 80(%rax); mov %r13, 88(%rax); mov %r14, 96(%rax); mov %r15, "
    "104(%rax);"
    "pop %rcx; mov %rcx, 112(%rax); pop %rdx; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; "
    "pop %rbx; ret");

static void try(const char *name, void (*code)(void), uint64_t number, uint64_t expected)
{
    struct seen first = {0};

    for (int i = 0; i < TIMES; i++) {
        struct seen now = {0};

        enter(code, number, &now);
        if (i == 0)
            first = now;
        bool same = !memcmp(&now, &first, sizeof now);

        printf("%s: result %s, registers %s\n", name, now.rax == expected ? "expected" : "WRONG",
               same ? "as the first time" : "CHANGED");
        if (i == 0)
            printf("  rdi %lx rsi %lx rdx %lx r8 %lx r9 %s r10 %lx rbp %lx r12 %lx r15 %lx flags "
                   "%lx\n",
                   now.rdi, now.rsi, now.rdx, now.r8, now.r9 == 0x5555 ? "kept" : "loaded", now.r10,
                   now.rbp, now.r12, now.r15, now.flags & 0xcd5);
    }
}

int main(void)
{
    uint64_t parent = (uint64_t)getppid();
    uint64_t self = (uint64_t)getpid();

    for (int round = 0; round < 2; round++) {
        try("mov32", site_mov32, 0, parent);
        try("mov64", site_mov64, 0, parent);
        try("moves", site_moves, 39, self);
        try("load", site_load, 39, self);
        try("plain", site_plain, 110, parent);
        try("branch", site_branch, 39, self);
        try("long", site_long, 110, parent);
        try("flags", site_flags, 5, self);
        try("wide", site_wide, 39, self);
        try("fourth", site_fourth, 110, parent);
        /* Into the middle of what may be a jump by now: other numbers arrive there. */
        try("into mov32", middle_mov32, 39, self);
        try("into mov64", middle_mov64, 39, self);
        try("into moves", middle_moves, 110, parent);
        try("into load", middle_load, 110, parent);
        try("into branch", middle_branch, 39, self);
        try("into long", middle_long, 39, self);
        try("into flags", middle_flags, 110, parent);
        try("into wide", middle_wide, 110, parent);
        try("into fourth", middle_fourth, 39, self);
        /* Calls that fail, that take pointers, and that do not exist. */
        try("bad number", site_plain, 9999, (uint64_t)-ENOSYS);
        try("bad number by moves", site_moves, 9999, (uint64_t)-ENOSYS);
        try("close", site_moves, 3, (uint64_t)-EBADF);
        try("write", site_long, 1, (uint64_t)-EBADF);
    }
    printf("six calls in a row\n");
    struct seen out;

    enter(site_back, 110, &out); /* 0x2222 of them, in fact */
    TELL(out.rax == parent);
    return 0;
}
