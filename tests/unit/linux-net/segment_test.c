/* SPDX-License-Identifier: MIT */
/* segment_test.c - TCP segments cut and merged on the host: borders by hand, then many at random (segment_check.h). */
#include "segment_check.h"
#include "tap.h"

#define ROUNDS 20000

static struct source at_random(uint64_t seed)
{
    return (struct source){.state = seed * 0x9e3779b97f4a7c15u + 1};
}

static void cut_at_random(void)
{
    for (uint64_t i = 0; i < ROUNDS / 10; i++) {
        struct source from = at_random(i);

        CHECK(cut_holds(&from));
    }
}

static void merge_at_random(void)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        struct source from = at_random(i);

        CHECK(merge_holds(&from));
    }
}

/* A segment over IPv4 in `frame`, with right sums. */
static struct merge_segment segment(uint8_t *frame, uint32_t sequence, uint32_t acknowledged,
                                    uint32_t flags, uint32_t bytes)
{
    static const uint8_t ip[20] = {0x45, 0, 0,  0, 0, 1, 0x40, 0, 64, 6,
                                   0,    0, 10, 0, 0, 1, 10,   0, 0,  2};
    struct merge_segment made = {0};
    uint8_t *at = frame + LINK;

    memcpy(at, ip, 20);
    put16(at + 2, 40 + bytes);
    memset(at + 20, 0, 20);
    put16(at + 20, 1);
    put16(at + 22, 2);
    put32(at + 24, sequence);
    put32(at + 28, acknowledged);
    at[32] = 0x50;
    at[33] = (uint8_t)flags;
    put16(at + 34, 1000);
    memset(at + 40, 7, bytes);
    put16(at + 10, ~slow_sum(at, 20, 0));
    put16(at + 36, ~slow_tcp_sum(at, 20 + bytes));
    CHECK(merge_read(&made, frame, LINK, LINK + 40 + bytes));
    CHECK(merge_verify(&made, true));
    return made;
}

static uint8_t a[FRAME_MAX], b[FRAME_MAX];

static enum merge_answer of_two(struct merge_segment first, struct merge_segment second)
{
    struct merge run;

    merge_begin(&run, &first);
    return merge_add(&run, &second);
}

static void what_follows_is_appended(void)
{
    CHECK(of_two(segment(a, 100, 5, 0x10, 1000), segment(b, 1100, 5, 0x18, 1)) == MERGE_APPEND);
    CHECK(be16(a + LINK + 32) == 0x5018);
    CHECK(of_two(segment(a, 0xfffffff0, 5, 0x10, 100), segment(b, 0x54, 5, 0x10, 100)) ==
          MERGE_APPEND);
    CHECK(of_two(segment(a, 100, 0xffffffff, 0x10, 1000), segment(b, 1100, 3, 0x10, 9)) ==
          MERGE_APPEND);
    CHECK(be32(a + LINK + 28) == 3);
}

static void what_does_not_follow_is_not(void)
{
    CHECK(of_two(segment(a, 100, 5, 0x10, 1000), segment(b, 1101, 5, 0x10, 10)) == MERGE_NOT);
    CHECK(of_two(segment(a, 100, 5, 0x10, 1000), segment(b, 1099, 5, 0x10, 10)) == MERGE_NOT);
    CHECK(of_two(segment(a, 100, 5, 0x10, 1000), segment(b, 1100, 4, 0x10, 10)) == MERGE_NOT);
    CHECK(of_two(segment(a, 100, 5, 0x10, 1000), segment(b, 1100, 5, 0x11, 10)) ==
          MERGE_NOT); /* FIN */
    CHECK(of_two(segment(a, 100, 5, 0x10, 1000), segment(b, 1100, 5, 0x14, 10)) ==
          MERGE_NOT); /* RST */
    CHECK(of_two(segment(a, 100, 5, 0x10, 1000), segment(b, 1100, 5, 0x00, 10)) ==
          MERGE_NOT); /* no ACK */
    CHECK(of_two(segment(a, 100, 5, 0x11, 1000), segment(b, 1101, 5, 0x10, 10)) == MERGE_NOT);
}

static void acknowledgements_replace_each_other(void)
{
    struct merge run;
    struct merge_segment first = segment(a, 100, 5, 0x10, 0);
    struct merge_segment second = segment(b, 100, 6, 0x10, 0);

    merge_begin(&run, &first);
    CHECK(merge_add(&run, &second) == MERGE_REPLACE);
    CHECK(run.first.ip == b + LINK && run.count == 2);
    /* The same once more says that something is missing; an older one is old. */
    CHECK(of_two(segment(a, 100, 5, 0x10, 0), segment(b, 100, 5, 0x10, 0)) == MERGE_NOT);
    CHECK(of_two(segment(a, 100, 5, 0x10, 0), segment(b, 100, 4, 0x10, 0)) == MERGE_NOT);
    CHECK(of_two(segment(a, 100, 5, 0x10, 0), segment(b, 100, 6, 0x10, 4)) == MERGE_NOT);
    CHECK(of_two(segment(a, 100, 5, 0x10, 4), segment(b, 104, 6, 0x10, 0)) == MERGE_NOT);
}

static bool quickly(struct merge *run, struct merge_segment first, struct merge_segment second)
{
    merge_begin(run, &first);
    return merge_again(run, second.ip, 40 + second.payload, true);
}

static void acknowledgements_are_taken_over(void)
{
    struct merge run;

    CHECK(quickly(&run, segment(a, 100, 5, 0x10, 0), segment(b, 100, 6, 0x10, 0)));
    CHECK(run.first.ip == a + LINK && run.count == 2 && run.first.acknowledged == 6 &&
          be32(a + LINK + 28) == 6);
    CHECK(!quickly(&run, segment(a, 100, 5, 0x10, 0), segment(b, 100, 5, 0x10, 0)));
    CHECK(!quickly(&run, segment(a, 100, 5, 0x10, 0), segment(b, 100, 4, 0x10, 0)));
    CHECK(!quickly(&run, segment(a, 100, 5, 0x10, 0), segment(b, 101, 6, 0x10, 0)));
    CHECK(!quickly(&run, segment(a, 100, 5, 0x10, 0), segment(b, 100, 6, 0x11, 0)));
    CHECK(!quickly(&run, segment(a, 100, 5, 0x11, 0), segment(b, 100, 6, 0x11, 0)));
    CHECK(!quickly(&run, segment(a, 100, 5, 0x10, 0), segment(b, 100, 6, 0x10, 4)));
    CHECK(!quickly(&run, segment(a, 100, 5, 0x10, 4), segment(b, 104, 6, 0x10, 0)));
    CHECK(!quickly(&run, segment(a, 100, 5, 0x10, 4), segment(b, 104, 6, 0x10, 4)));
    /* A bit of the second one that is wrong, wherever it is. */
    for (uint32_t i = 0; i < 40 * 8; i++) {
        struct merge_segment first = segment(a, 100, 5, 0x10, 0);
        struct merge_segment second = segment(b, 100, 6, 0x10, 0);

        b[LINK + i / 8] ^= (uint8_t)(1 << i % 8);
        merge_begin(&run, &first);
        CHECK(!merge_again(&run, second.ip, 40, true));
        CHECK(run.count == 1 && be32(a + LINK + 28) == 5);
    }
}

static void a_wrong_sum_is_seen(void)
{
    struct merge_segment one = segment(a, 100, 5, 0x10, 33);

    for (uint32_t i = 0; i < 73; i++) {
        a[LINK + i] ^= 0x10;
        CHECK(!merge_verify(&one, true));
        a[LINK + i] ^= 0x10;
    }
    CHECK(merge_verify(&one, true));
}

int main(void)
{
    TEST(what_follows_is_appended);
    TEST(what_does_not_follow_is_not);
    TEST(acknowledgements_replace_each_other);
    TEST(acknowledgements_are_taken_over);
    TEST(a_wrong_sum_is_seen);
    TEST(cut_at_random);
    TEST(merge_at_random);
    return TAP_END();
}
