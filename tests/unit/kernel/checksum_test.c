/* SPDX-License-Identifier: MIT */
/* checksum_test.c - lib/exo/checksum.h against the sum as RFC 1071 writes it, for every length and alignment that its loops tell apart. */
#include "lib/exo/checksum.h"
#include <stdlib.h>
#include <string.h>
#include "tap.h"

#define LENGTH_MAX 300

static uint32_t plain(const uint8_t *at, uint64_t count, uint64_t sum)
{
    for (; count >= 2; count -= 2, at += 2)
        sum += (uint64_t)at[0] | (uint64_t)at[1] << 8;
    if (count)
        sum += at[0];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint32_t)sum;
}

/* Bytes in memory of exactly that size: a read behind them is found. */
static void agree(uint8_t (*byte)(uint32_t), uint64_t start)
{
    for (uint32_t skip = 0; skip < 9; skip++)
        for (uint32_t length = 0; length <= LENGTH_MAX; length++) {
            uint8_t *bytes = malloc(skip + length + 1);

            for (uint32_t i = 0; i < length; i++)
                bytes[skip + i] = byte(i);
            uint8_t *exact = realloc(bytes, skip + length ? skip + length : 1);

            CHECK(checksum_add(exact + skip, length, start) == plain(exact + skip, length, start));
            free(exact);
        }
}

static uint8_t zeros(uint32_t i)
{
    (void)i;
    return 0;
}

static uint8_t ones(uint32_t i)
{
    (void)i;
    return 0xff;
}

static uint8_t any(uint32_t i)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint8_t)(state + i);
}

static void nothing_is_zero(void)
{
    agree(zeros, 0);
    CHECK(checksum_add("", 0, 0) == 0);
}

static void carries_go_round(void)
{
    agree(ones, 0);
    agree(ones, 0xffff);
    agree(ones, UINT32_MAX);
}

static void anything(void)
{
    for (int i = 0; i < 8; i++)
        agree(any, (uint64_t)any(0) << 24 | any(1));
}

static void large(void)
{
    static uint8_t bytes[65536];

    for (uint32_t i = 0; i < sizeof bytes; i++)
        bytes[i] = any(i);
    CHECK(checksum_add(bytes, sizeof bytes, 1) == plain(bytes, sizeof bytes, 1));
    memset(bytes, 0xff, sizeof bytes);
    CHECK(checksum_add(bytes, sizeof bytes, 0) == 0xffff);
}

int main(void)
{
    TEST(nothing_is_zero);
    TEST(carries_go_round);
    TEST(anything);
    TEST(large);
    return TAP_END();
}
