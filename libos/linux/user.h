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

bool user_range_ok(uaddr_t address, uint64_t bytes);
int copy_from_user(void *to, uaddr_t from, size_t bytes);
int copy_to_user(uaddr_t to, const void *from, size_t bytes);
int clear_user(uaddr_t to, size_t bytes);
/* Copies a string with its NUL; returns its length without NUL, -EFAULT, or -ENAMETOOLONG when it does not end
 * within size bytes. */
int64_t string_from_user(char *to, uaddr_t from, size_t size);
/* PATH_MAX is 4096 with NUL: allocates with heap_alloc; the caller frees. NULL with *error set. */
char *path_from_user(uaddr_t from, int *error);
static inline int get_user_u32(uint32_t *to, uaddr_t from)
{
    return copy_from_user(to, from, 4);
}
static inline int get_user_u64(uint64_t *to, uaddr_t from)
{
    return copy_from_user(to, from, 8);
}
static inline int put_user_u32(uaddr_t to, uint32_t v)
{
    return copy_to_user(to, &v, 4);
}
static inline int put_user_u64(uaddr_t to, uint64_t v)
{
    return copy_to_user(to, &v, 8);
}
/* One word where user_range_ok has said yes. False: fault. */
static inline bool user_word(uint64_t *to, uaddr_t from)
{
    uint64_t word;

    __asm__ goto("1: movq (%1), %0\n\t"
                 ".pushsection .rodata.fixups, \"a\"\n\t.quad 1b, %l[fault]\n\t.popsection"
                 : "=r"(word)
                 : "r"(from)
                 : "memory"
                 : fault);
    *to = word;
    return true;
fault:
    return false;
}
/* Compares the word with *expected and, if equal, stores `value`, as one step for all CPUs. *expected becomes what was
 * there. 0 or -EFAULT. */
int exchange_user_u32(uaddr_t at, uint32_t *expected, uint32_t value);
/* Reads another process's memory (for /proc/PID/cmdline and the like): bytes read or -EFAULT. */
int64_t process_peek(struct process *process, void *to, uaddr_t from, size_t bytes);
