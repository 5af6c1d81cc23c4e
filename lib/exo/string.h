/* SPDX-License-Identifier: MIT */
/* string.h - base/string.h, and what of the C library's string functions the kernel does without. Contracts as in ISO C. */
#pragma once
#include "base/string.h"

void *memchr(const void *memory, int value, size_t bytes);
size_t strnlen(const char *s, size_t limit);
int strcmp(const char *a, const char *b);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
