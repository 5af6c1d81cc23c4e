/* SPDX-License-Identifier: MIT */
/*
 * user.h - stands in for the LibOS's own in host tests: a program's memory is the test's, and only its first page faults.
 * fakes.c has the functions.
 */
#pragma once
#include "libos/linux/core.h"

bool user_range_ok(uaddr_t address, uint64_t bytes);
int copy_from_user(void *to, uaddr_t from, size_t bytes);
int copy_to_user(uaddr_t to, const void *from, size_t bytes);
int clear_user(uaddr_t to, size_t bytes);
int64_t string_from_user(char *to, uaddr_t from, size_t size);
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
static inline bool user_word(uint64_t *to, uaddr_t from)
{
    __asm__("movq (%1), %0" : "=r"(*to) : "r"(from) : "memory"); /* may read past a string, within its page */
    return true;
}
static inline bool give_words(uaddr_t to, uint32_t first, uint64_t second)
{
    return !put_user_u32(to, first) && !put_user_u64(to + 4, second);
}
int exchange_user_u32(uaddr_t at, uint32_t *expected, uint32_t value);
int64_t process_peek(struct process *process, void *to, uaddr_t from, size_t bytes);
