/* SPDX-License-Identifier: MIT */
/* string_test.c - base/string against the C library's, under other names. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define memcpy  base_memcpy
#define memmove base_memmove
#define memset  base_memset
#define memcmp  base_memcmp
#define memchr  base_memchr
#define strlen  base_strlen
#define strnlen base_strnlen
#define strcmp  base_strcmp
#define strncmp base_strncmp
#define strchr  base_strchr
#define strrchr base_strrchr
#include "base/string.c"
#include "lib/exo/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

#include "tap.h"

#define SIZE   256
#define ROUNDS 100000

static unsigned char ours[SIZE], theirs[SIZE];

static size_t below(size_t n)
{
    return (size_t)rand() % n;
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void moves_and_fills(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t bytes = below(SIZE / 2), to = below(SIZE / 2), from = below(SIZE / 2);

        for (int i = 0; i < SIZE; i++)
            ours[i] = theirs[i] = (unsigned char)rand();
        base_memmove(ours + to, ours + from, bytes);
        memmove(theirs + to, theirs + from, bytes);
        CHECK(!memcmp(ours, theirs, SIZE));
        base_memset(ours + from, (int)bytes, bytes);
        memset(theirs + from, (int)bytes, bytes);
        base_memcpy(ours, theirs + SIZE / 2, bytes);
        memcpy(theirs, theirs + SIZE / 2, bytes);
        CHECK(!memcmp(ours, theirs, SIZE));
    }
}

static void comparisons_and_searches(void)
{
    char a[16], b[16];

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 15; i++) {
            a[i] = (char)("ab\0\200"[below(4)]);
            b[i] = (char)("ab\0\200"[below(4)]);
        }
        a[15] = b[15] = 0;
        size_t limit = below(16);
        int c = "ab\0\200"[below(4)];

        CHECK(base_strlen(a) == strlen(a) && base_strnlen(a, limit) == strnlen(a, limit));
        CHECK(sign(base_strcmp(a, b)) == sign(strcmp(a, b)));
        CHECK(sign(base_strncmp(a, b, limit)) == sign(strncmp(a, b, limit)));
        CHECK(sign(base_memcmp(a, b, limit)) == sign(memcmp(a, b, limit)));
        CHECK(base_strchr(a, c) == strchr(a, c) && base_strrchr(a, c) == strrchr(a, c));
        CHECK(base_memchr(a, c, limit) == memchr(a, c, limit));
    }
}

int main(void)
{
    TEST(moves_and_fills);
    TEST(comparisons_and_searches);
    return TAP_END();
}
