/* SPDX-License-Identifier: MIT */
/* string.c - memory and string functions for freestanding code; short copies avoid the cost of starting `rep`. */
#define BASE_STRING_C
#include "base/string.h"
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    void *destination = to;
    size_t words = bytes >> 3;
    size_t rest = bytes & 7;

    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
    return destination;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    if ((uintptr_t)to - (uintptr_t)from >= bytes)
        return memcpy(to, from, bytes);
    unsigned char *d = (unsigned char *)to + bytes;
    const unsigned char *s = (const unsigned char *)from + bytes;

    /* Downwards, a word at a time: what a store overwrites has been loaded before. */
    for (; bytes >= 8; bytes -= 8) {
        uint64_t word;

        s -= 8;
        d -= 8;
        __builtin_memcpy(&word, s, 8);
        __asm__ volatile(""
                         : "+r"(word)
                         :
                         : "memory"); /* or the compiler makes this a call to memmove */
        __builtin_memcpy(d, &word, 8);
    }
    while (bytes--) {
        *--d = *--s;
        __asm__ volatile("" : : : "memory");
    }
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    void *destination = to;
    size_t words = bytes >> 3;
    size_t rest = bytes & 7;
    uint64_t pattern = 0x0101010101010101u * (unsigned char)value;

    __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(pattern) : "memory");
    return destination;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a;
    const unsigned char *y = b;

    for (; bytes >= 8; bytes -= 8, x += 8, y += 8) {
        uint64_t p, q;

        __builtin_memcpy(&p, x, 8);
        __builtin_memcpy(&q, y, 8);
        if (p != q)
            break;
    }
    for (; bytes; bytes--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *s)
{
    const char *end = s;

    while (*end) {
        end++;
        __asm__ volatile("" : : : "memory");
    }
    return (size_t)(end - s);
}

int strncmp(const char *a, const char *b, size_t limit)
{
    for (; limit; limit--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (!*a)
            break;
    }
    return 0;
}
