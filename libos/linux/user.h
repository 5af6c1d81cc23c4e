/* SPDX-License-Identifier: MIT */
/*
 * user.h - the only way to touch a program's memory (mm/user_copy.S, mm/user.c).
 *
 * Each function checks that the range lies in user space and outside the LibOS, then copies in the current
 * address space; pages not there yet are faulted in on the way. -EFAULT when that fails (nothing is known about
 * how much was copied). They may be used anywhere; they never sleep.
 */
#pragma once
#include "libos/linux/core.h"

bool user_range_ok_huge(uaddr_t address,
                        uint64_t bytes); /* for what is larger than the upper part */
static inline bool user_range_ok(uaddr_t address, uint64_t bytes)
{
    if (__builtin_expect(bytes > USER_END - LIBOS_END, 0))
        return user_range_ok_huge(address, bytes);
    return address <= LIBOS_START - bytes || address - LIBOS_END <= USER_END - LIBOS_END - bytes;
}
int copy_from_user(void *to, uaddr_t from, size_t bytes);
int copy_to_user(uaddr_t to, const void *from, size_t bytes);
int clear_user(uaddr_t to, size_t bytes);
/* Copies a string with its NUL; returns its length without NUL, -EFAULT, or -ENAMETOOLONG when it does not end
 * within size bytes. */
int64_t string_from_user(char *to, uaddr_t from, size_t size);
/* PATH_MAX is 4096 with NUL: allocates with heap_alloc; the caller frees. NULL with *error set. */
char *path_from_user(uaddr_t from, int *error);
#define USER_LOAD(instruction, to, from, fault)                                                    \
    __asm__ goto("1: " instruction " (%1), %0\n\t"                                                 \
                 ".pushsection .user_fixups, \"a\"\n\t.quad 1b, %l[" #fault "]\n\t.popsection"     \
                 : "=r"(to)                                                                        \
                 : "r"(from)                                                                       \
                 : "memory"                                                                        \
                 : fault)
#define USER_STORE(instruction, to, from, fault)                                                   \
    __asm__ goto("1: " instruction " %0, (%1)\n\t"                                                 \
                 ".pushsection .user_fixups, \"a\"\n\t.quad 1b, %l[" #fault "]\n\t.popsection"     \
                 :                                                                                 \
                 : "r"(from), "r"(to)                                                              \
                 : "memory"                                                                        \
                 : fault)
static inline int get_user_u32(uint32_t *to, uaddr_t from)
{
    uint32_t word;

    if (__builtin_expect(!user_range_ok(from, 4), 0))
        return -EFAULT;
    USER_LOAD("movl", word, from, fault);
    *to = word;
    return 0;
fault:
    return -EFAULT;
}
static inline int get_user_u64(uint64_t *to, uaddr_t from)
{
    uint64_t word;

    if (__builtin_expect(!user_range_ok(from, 8), 0))
        return -EFAULT;
    USER_LOAD("movq", word, from, fault);
    *to = word;
    return 0;
fault:
    return -EFAULT;
}
static inline int put_user_u32(uaddr_t to, uint32_t v)
{
    if (__builtin_expect(!user_range_ok(to, 4), 0))
        return -EFAULT;
    USER_STORE("movl", to, v, fault);
    return 0;
fault:
    return -EFAULT;
}
static inline int put_user_u64(uaddr_t to, uint64_t v)
{
    if (__builtin_expect(!user_range_ok(to, 8), 0))
        return -EFAULT;
    USER_STORE("movq", to, v, fault);
    return 0;
fault:
    return -EFAULT;
}
/* One word, or half of one, where user_range_ok has said yes. False: fault. */
static inline bool user_word(uint64_t *to, uaddr_t from)
{
    uint64_t word;

    USER_LOAD("movq", word, from, fault);
    *to = word;
    return true;
fault:
    return false;
}
static inline bool user_half(uint32_t *to, uaddr_t from)
{
    uint32_t half;

    USER_LOAD("movl", half, from, fault);
    *to = half;
    return true;
fault:
    return false;
}
static inline bool give_half(uaddr_t to, uint32_t half)
{
    USER_STORE("movl", to, half, fault);
    return true;
fault:
    return false;
}
static inline bool give_word(uaddr_t to, uint64_t word)
{
    USER_STORE("movq", to, word, fault);
    return true;
fault:
    return false;
}
/* A word of 32 bits and one of 64 behind it, likewise. */
static inline bool give_words(uaddr_t to, uint32_t first, uint64_t second)
{
    USER_STORE("movl", to, first, fault);
    USER_STORE("movq", to + 4, second, fault);
    return true;
fault:
    return false;
}
/* Compares the word with *expected and, if equal, stores `value`, as one step for all CPUs. *expected becomes what was
 * there. 0 or -EFAULT. */
int exchange_user_u32(uaddr_t at, uint32_t *expected, uint32_t value);
/* Reads another process's memory (for /proc/PID/cmdline and the like): bytes read or -EFAULT. */
int64_t process_peek(struct process *process, void *to, uaddr_t from, size_t bytes);
