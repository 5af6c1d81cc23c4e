/* SPDX-License-Identifier: MIT */
/* string.c - the C library's string functions that LibOSes need and the kernel does not. */
#include "lib/exo/string.h"
#include <stdint.h>

void *memchr(const void *memory, int value, size_t bytes)
{
    const unsigned char *m = memory;

    for (; bytes; bytes--, m++)
        if (*m == (unsigned char)value)
            return (void *)(uintptr_t)m;
    return NULL;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;
    return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;

    do {
        if (*s == (char)c)
            last = s;
    } while (*s++);
    return (char *)(uintptr_t)last;
}

size_t strnlen(const char *s, size_t limit)
{
    size_t length = 0;

    while (length < limit && s[length])
        length++;
    return length;
}
