/* SPDX-License-Identifier: MIT */
/* klog_format_test.c - the kernel's formatting against the C library's, for what kernel lines use. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "core/klog.h"
#include "tap.h"

static size_t ours(char *buffer, size_t size, const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    size_t length = klog_format(buffer, size, fmt, arguments);
    va_end(arguments);
    return length;
}

#define SAME(size, ...)                                                                            \
    do {                                                                                           \
        char mine[128], theirs[128];                                                               \
        memset(mine, '?', sizeof mine);                                                            \
        size_t a = ours(mine, size, __VA_ARGS__);                                                  \
        int b = snprintf(theirs, size, __VA_ARGS__);                                               \
        CHECK(strcmp(mine, theirs) == 0);                                                          \
        CHECK(a == ((size_t)b < (size_t)(size) ? (size_t)b : (size_t)(size) - 1));                 \
        CHECK(mine[size] == '?');                                                                  \
    } while (0)

static void numbers(void)
{
    const long values[] = {0, 1, -1, 42, -42, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, 0x123456789ab};

    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        SAME(100, "%ld %lu %lx|%d %u %x", values[i], values[i], values[i], (int)values[i],
             (unsigned)values[i], (unsigned)values[i]);
        SAME(100, "%016lx %04lx %08x|%12lu|%-8lu|%02x", values[i], values[i], (unsigned)values[i],
             values[i], values[i], (unsigned)values[i]);
    }
}

static void texts(void)
{
    SAME(100, "%s|%8s|%-8s|%-2s|%%", "text", "text", "text", "text");
    for (size_t size = 1; size < 40; size++)
        SAME(size, "a line of %d words, %s%016lx", 5, "cut off at ", 0x77l);
}

int main(void)
{
    TEST(numbers);
    TEST(texts);
    return TAP_END();
}
