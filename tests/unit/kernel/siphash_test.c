/* SPDX-License-Identifier: MIT */
/* siphash_test.c - SipHash-2-4 against the paper's example and the first vectors of its authors. */
#include "base/siphash.h"
#include <stdint.h>
#include <string.h>
#include "tap.h"

/* The authors' test: key 00 01 .. 0f, message 00 01 .. n-1, for lengths of whole words. */
static void known_answers(void)
{
    static const uint64_t answer[] = {0x726fdb47dd0e0e31, 0x93f5f5799a932462, 0x3f2acc7f57c29bdb};
    uint8_t key[16], message[16];
    uint64_t words[2], keys[2];

    for (int i = 0; i < 16; i++)
        key[i] = message[i] = (uint8_t)i;
    memcpy(keys, key, sizeof keys);
    memcpy(words, message, sizeof words);
    for (size_t n = 0; n < 3; n++)
        CHECK(siphash(keys, words, n) == answer[n]);
}

static void every_bit_counts(void)
{
    uint64_t words[5] = {1, 2, 3, 4, 5}, key[2] = {6, 7};
    uint64_t whole = siphash(key, words, 5);

    for (int bit = 0; bit < 320; bit++) {
        words[bit / 64] ^= 1ull << bit % 64;
        CHECK(siphash(key, words, 5) != whole);
        words[bit / 64] ^= 1ull << bit % 64;
    }
    for (int bit = 0; bit < 128; bit++) {
        key[bit / 64] ^= 1ull << bit % 64;
        CHECK(siphash(key, words, 5) != whole);
        key[bit / 64] ^= 1ull << bit % 64;
    }
}

int main(void)
{
    TEST(known_answers);
    TEST(every_bit_counts);
    return TAP_END();
}
