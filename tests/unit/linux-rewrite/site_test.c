/* SPDX-License-Identifier: MIT */
/* site_test.c - which bytes before a syscall may become a jump; the length decoder; also a libFuzzer target. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "libos/linux/rewrite/instruction.h"
#include "libos/linux/rewrite/site.h"
#include "tests/unit/kernel/tap.h"

#define SLOT 0x60018u

/* Bytes as text, "48 89 f8"; a copy that ends where the bytes end, so that ASan sees every read past them. */
static uint8_t *bytes_of(const char *text, size_t *count)
{
    uint8_t *bytes = malloc(strlen(text) / 2 + 1);

    *count = 0;
    for (char *end; *text; text = end) {
        bytes[(*count)++] = (uint8_t)strtoul(text, &end, 16);
        if (end == text)
            abort();
        while (*end == ' ')
            end++;
    }
    return realloc(bytes, *count);
}

static uint32_t length_of(const char *text)
{
    struct instruction i;
    size_t count;
    uint8_t *bytes = bytes_of(text, &count);
    bool valid = instruction_decode(bytes, bytes + count, &i);

    free(bytes);
    return valid ? i.length : 0;
}

static void whole_instructions(void)
{
    static const char *const whole[] = {
        "90",
        "c3",
        "0f 05",
        "48 89 f8",
        "89 d0",
        "b8 6e 00 00 00",
        "41 b8 ca 00 00 00",
        "66 b8 01 00",
        "48 b8 01 02 03 04 05 06 07 08",
        "48 c7 c0 0f 00 00 00",
        "c7 45 b8 6e 00 00 00",
        "c6 04 24 01",
        "66 c7 44 24 02 34 12",
        "4c 8b 4c 24 08",
        "8b 05 01 02 03 04",
        "8b 04 25 01 02 03 04",
        "8b 80 01 02 03 04",
        "8b 40 01",
        "f6 c1 10",
        "f7 c7 01 00 00 00",
        "f7 d8",
        "f6 d8",
        "66 f7 c7 01 00",
        "69 c0 01 02 03 04",
        "6b c0 05",
        "e8 01 02 03 04",
        "eb 05",
        "0f 84 01 02 03 04",
        "0f 1f 84 00 00 00 00 00",
        "66 2e 0f 1f 84 00 00 00 00 00",
        "f3 0f 1e fa",
        "f0 0f b1 2f",
        "64 48 8b 04 25 28 00 00 00",
        "a1 01 02 03 04 05 06 07 08",
        "67 a1 01 02 03 04",
        "c8 01 02 03",
        "c2 08 00",
        "0f 38 f0 00",
        "0f 3a 0f c1 08",
        "c5 f8 77",
        "c5 f9 6f 00",
        "c4 e3 7d 19 c1 01",
        "c4 e2 7d 58 00",
        "62 f1 7c 48 10 00",
        "62 f3 fd 48 25 c0 ff",
        "48 ff 24 25 01 02 03 04",
        "d9 7c 24 02",
        "0f ba e0 05",
        "0f a4 c2 03",
        "68 01 02 03 04",
        "6a 05",
    };
    static const char *const invalid[] = {"06",
                                          "0e",
                                          "16",
                                          "1f",
                                          "27",
                                          "2f",
                                          "37",
                                          "3f",
                                          "60",
                                          "61",
                                          "82 c0 01",
                                          "9a 01 02 03 04 05 06",
                                          "ce",
                                          "d4 0a",
                                          "d5 0a",
                                          "d6",
                                          "ea 01 02 03 04 05 06",
                                          "0f 04",
                                          "0f 0a",
                                          "0f 36"};

    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        size_t count;
        uint8_t *bytes = bytes_of(whole[i], &count);
        struct instruction instruction;

        if (length_of(whole[i]) != count)
            printf("# %s: %u\n", whole[i], length_of(whole[i]));
        CHECK(length_of(whole[i]) == count);
        for (size_t cut = 0; cut < count; cut++) {
            uint8_t *part =
                malloc(cut + 1); /* every prefix is too short, or an instruction of its own */

            memcpy(part, bytes, cut);
            part = realloc(part, cut ? cut : 1);
            bool valid = instruction_decode(part, part + cut, &instruction);

            CHECK(!valid || instruction.length <= cut);
            free(part);
        }
        free(bytes);
    }
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
        CHECK(length_of(invalid[i]) == 0);
    CHECK(length_of("66 66 66 66 66 66 66 66 66 66 66 66 66 66 90") == 15);
    CHECK(length_of("66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90") == 0);
}

static bool movable(const char *text)
{
    struct instruction i;
    size_t count;
    uint8_t *bytes = bytes_of(text, &count);
    bool result = instruction_decode(bytes, bytes + count, &i) && instruction_movable(&i);

    free(bytes);
    return result;
}

static void what_moves(void)
{
    CHECK(movable("48 89 f8"));
    CHECK(movable("b8 01 00 00 00"));
    CHECK(movable("4c 8b 4c 24 08"));
    CHECK(movable("ff c6"));
    CHECK(movable("64 48 8b 04 25 28 00 00 00"));
    CHECK(!movable("8b 05 01 02 03 04")); /* relative to rip */
    CHECK(!movable("48 8d 3d 01 02 03 04"));
    CHECK(!movable("eb 05"));
    CHECK(!movable("74 05"));
    CHECK(!movable("e8 01 02 03 04"));
    CHECK(!movable("ff d0"));
    CHECK(!movable("ff 24 25 18 00 06 00"));
    CHECK(!movable("c3"));
    CHECK(!movable("0f 05"));
    CHECK(!movable("cc"));
    CHECK(!movable("f0 0f b1 2f"));
    CHECK(!movable("e2 05"));
    CHECK(!movable("67 8b 00"));
}

static uint8_t page[SITE_PAGE];

/* A page of nops with the code at the end of which the syscall stands; finds its site. */
static bool find(const char *before, uint32_t at, uint64_t number, struct site *site)
{
    size_t count;
    uint8_t *bytes = bytes_of(before, &count);

    memset(page, 0x90, sizeof page);
    memcpy(page + at - count, bytes, count);
    page[at] = 0x0f;
    if (at + 1 < SITE_PAGE)
        page[at + 1] = 0x05;
    free(bytes);
    return site_find(page, at, number, site);
}

static void sites(void)
{
    struct site s;

    CHECK(find("b8 6e 00 00 00", 256, 110, &s) && s.length == 5 && s.constant && s.start == 251);
    CHECK(find("48 c7 c0 6e 00 00 00", 256, 110, &s) && s.length == 7 && s.constant);
    /* The register holds another number than is loaded here: somebody jumped to the syscall. */
    CHECK(find("b8 6e 00 00 00", 256, 39, &s) && !s.constant);
    CHECK(find("4c 8b 4c 24 08 48 89 ca", 256, 0, &s) && s.length == 8 && !s.constant);
    CHECK(find("be 01 00 00 00 4c 89 c0", 256, 5, &s) && s.length == 8);
    /* musl's generic call. */
    CHECK(
        find("48 89 f8 4d 89 c2 48 89 f7 4d 89 c8 48 89 d6 4c 8b 4c 24 08 48 89 ca", 256, 1, &s) &&
        s.length == 8);
    /* The only instruction of five bytes that ends here could be the tail of a longer one. */
    CHECK(!find("c3 49 8b b8 e8 00 00 00", 256, 232, &s) || s.length != 5);
    CHECK(!find("c3 41 b8 ca 00 00 00", 256, 202, &s) || s.length != 5);
    CHECK(!find("c3 c7 45 b8 6e 00 00 00", 256, 110, &s) || s.length != 5);
    /* ... but not of one that would have accessed memory near address 0. */
    CHECK(find("c3 90 00 b8 6e 00 00 00", 256, 110, &s) && s.length == 5 && s.constant);
    /* A prefix that would mean nothing may be one, or the end of what comes before. */
    CHECK(find("c3 83 fe 09 74 26 b8 48 00 00 00", 256, 72, &s) && s.length == 5 && s.constant);
    CHECK(find("c3 41 89 ca b8 4c 01 00 00", 256, 332, &s) && s.length == 5);
    CHECK(!find("c3 74 41 b8 48 00 00 00", 256, 72, &s) || s.length != 5);
    /* Branches, rip-relative operands, and nothing at all. */
    CHECK(!find("c3 74 05 31 c0", 256, 0, &s));
    CHECK(!find("c3 48 8d 3d 01 02 03 04", 256, 0, &s));
    CHECK(!find("c3 0f 05 0f 05 0f 05 0f 05 0f 05 0f 05 0f 05 0f 05 0f 05 0f 05", 256, 0, &s));
    /* Nor of a branch to somewhere else, before padding: its last bytes are not to be touched. */
    CHECK(!find("89 fe bf 9c ff ff ff e9 bb fd ff ff 66 2e 0f 1f 84 00 00 00 00 00 90 41 89 d2 48 "
                "63 ff",
                256, 72, &s) ||
          s.start >= 256 - 15);
    CHECK(!find("89 fe e8 bb fd ff ff 66 2e 0f 1f 84 00 00 00 00 00 90 41 89 d2 48 63 ff", 256, 72,
                &s) ||
          s.start >= 256 - 15);
    /* An instruction that begins where the jump's address is no invalid opcode. */
    CHECK(!find("eb 00 48 89 f7 48 89 d6 48 89 ca", 256, 0, &s));
    /* The page's ends. */
    CHECK(!find("b8 6e 00 00 00", 19, 110, &s));
    CHECK(find("b8 6e 00 00 00", 20, 110, &s));
    CHECK(find("b8 6e 00 00 00", SITE_PAGE - 2, 110, &s));
    CHECK(!find("b8 6e 00 00 00", SITE_PAGE - 1, 110, &s));
}

/* Whatever bytes there are: a site that is found keeps what site.c promises. */
static int promises_kept(uint32_t at, uint64_t number)
{
    struct site s;

    page[at] = 0x0f;
    page[at + 1] = 0x05;
    if (!site_find(page, at, number, &s))
        return 0;
    CHECK(s.at == at && s.start + s.length == at);
    CHECK(s.length == 5 || (s.length >= SITE_JUMP && s.length <= SITE_LENGTH));
    uint32_t o = s.start;

    while (o < at) {
        struct instruction i;

        CHECK(instruction_decode(page + o, page + at, &i) && instruction_movable(&i));
        CHECK(o == s.start || o - s.start == 5 || o - s.start >= SITE_JUMP);
        if (!i.length)
            return 0;
        o += i.length;
    }
    CHECK(o == at);
    uint8_t before[SITE_PAGE];

    memcpy(before, page, sizeof before);
    site_patch(page, &s, SLOT);
    CHECK(!memcmp(before, page, s.start));
    CHECK(!memcmp(before + s.start + SITE_JUMP, page + s.start + SITE_JUMP,
                  SITE_PAGE - s.start - SITE_JUMP));
    CHECK(page[s.start] == 0xff && page[s.start + 1] == 0x24 && page[s.start + 2] == 0x25);
    CHECK(page[s.start + 5] == 0x06); /* invalid in 64-bit mode */
    memcpy(page, before, sizeof before);
    return 1;
}

static void random_pages(void)
{
    static const uint8_t common[] = {0x48, 0x89, 0x8b, 0xb8, 0x0f, 0x31, 0xc0,
                                     0x00, 0xbe, 0x41, 0x4c, 0x83, 0x24};
    uint64_t state = 88172645463325252ul;
    int found = 0;

    for (int round = 0; round < 20000; round++) {
        for (uint32_t i = 0; i < 64; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            page[100 + i] =
                state & 3 ? common[(state >> 8) % sizeof common] : (uint8_t)(state >> 16);
        }
        found += promises_kept(164 - 2, (state >> 32) % 463);
    }
    printf("# %d sites in random bytes\n", found);
    CHECK(found > 100);
}

#ifdef FUZZ
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > 256)
        return 0;
    memset(page, 0x90, sizeof page);
    memcpy(page + 300, data + 2, size - 2);
    promises_kept(300 + (uint32_t)size - 2, data[0] | (data[1] & 1u) << 8);
    if (tap_bad_here)
        abort();
    return 0;
}
#else
int main(void)
{
    TEST(whole_instructions);
    TEST(what_moves);
    TEST(sites);
    TEST(random_pages);
    return TAP_END();
}
#endif
