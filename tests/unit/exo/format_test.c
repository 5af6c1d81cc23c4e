/* SPDX-License-Identifier: MIT */
/* format_test.c - lib/exo/format against the C library's. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include "lib/exo/format.h"
#include "tap.h"

#define SAME(...)                                                                                  \
    do {                                                                                           \
        char ours[128] = "?", theirs[128] = "!";                                                   \
        int a = format(ours, sizeof ours, __VA_ARGS__);                                            \
        int b = snprintf(theirs, sizeof theirs, __VA_ARGS__);                                      \
        CHECK(a == b);                                                                             \
        for (int at = 0; at < b + 1 && at < 127; at++)                                             \
            CHECK(ours[at] == theirs[at]);                                                         \
    } while (0)

static void numbers(void)
{
    const long values[] = {0,       1,       -1,       42,       -42,
                           INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, 0x123456789abcdef};

    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        SAME("%ld|%20ld|%-20ld|%020ld|%+ld|% ld", values[i], values[i], values[i], values[i],
             values[i], values[i]);
        SAME("%lx|%#lx|%lX|%lu|%lo", values[i], values[i], values[i], values[i], values[i]);
        SAME("%d|%u|%x|%hd|%hhu", (int)values[i], (int)values[i], (int)values[i], (short)values[i],
             (unsigned char)values[i]);
        SAME("%.5d|%8.3d|%-8.3d|", (int)values[i], (int)values[i], (int)values[i]);
    }
}

static void texts(void)
{
    SAME("%s|%10s|%-10s|%.2s|%.*s|%c|%%", "hello", "hello", "hello", "hello", 3, "hello", 'x');
    SAME("%*d|%-*d|", 7, 42, 7, 42);
}

static void truncation(void)
{
    char small[4] = "abc";

    CHECK(format(small, 0, "hello") == 5 && small[0] == 'a');
    CHECK(format(small, sizeof small, "hello") == 5 && small[2] == 'l' && small[3] == 0);
    CHECK(format(small, 1, "x") == 1 && small[0] == 0);
}

int main(void)
{
    TEST(numbers);
    TEST(texts);
    TEST(truncation);
    return TAP_END();
}
