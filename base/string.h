/* SPDX-License-Identifier: MIT */
/* string.h - the C library's memory and string functions that freestanding code needs. Contracts as in ISO C. */
#pragma once
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t limit);

/* Freestanding code says nothing of these to the compiler unless it is told: a few bytes then take a few moves. */
#ifndef BASE_STRING_C
#define memcpy(...) __builtin_memcpy(__VA_ARGS__)
#define memset(...) __builtin_memset(__VA_ARGS__)
#define memcmp(...) __builtin_memcmp(__VA_ARGS__)
#define strlen(...) __builtin_strlen(__VA_ARGS__)
#endif
