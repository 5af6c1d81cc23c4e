/* SPDX-License-Identifier: MIT */
/* ring_test.c - the byte rings on the host: bytes come out as they went in, also across the
 * counters' wrap, and a hostile peer's counters are noticed. */
#include "lib/exo/ring.h"
#include <stdlib.h>
#include "tap.h"

#define SIZE 64u

static struct instance_ring ring;
static uint8_t *bytes;

/* Random pieces through the ring, starting at a counter value of choice. */
static void stream_from(uint32_t start)
{
    uint8_t out[100];
    uint8_t in[100];
    uint32_t sent = 0;
    uint32_t seen = 0;
    unsigned state = start + 1;

    ring = (struct instance_ring){.written = start, .taken = start};
    while (seen < 20000) {
        state = state * 1664525 + 1013904223;
        uint32_t want = (state >> 16) % 100;

        for (uint32_t i = 0; i < want; i++)
            out[i] = (uint8_t)((sent + i) * 7);
        uint32_t put = exo_ring_write(&ring, bytes, SIZE, out, want);

        CHECK(put <= want && (put == want || exo_ring_used(&ring, SIZE) == SIZE));
        sent += put;
        state = state * 1664525 + 1013904223;
        want = (state >> 16) % 100;
        uint32_t peeked = exo_ring_peek(&ring, bytes, SIZE, in, want);
        uint32_t got = exo_ring_take(&ring, bytes, SIZE, in, want);

        CHECK(peeked == got && got <= want && (got == want || exo_ring_used(&ring, SIZE) == 0));
        for (uint32_t i = 0; i < got; i++)
            CHECK(in[i] == (uint8_t)((seen + i) * 7));
        seen += got;
        CHECK(exo_ring_used(&ring, SIZE) == sent - seen);
    }
}

static void streams(void)
{
    stream_from(0);
    stream_from(13);
    stream_from(UINT32_MAX - 1000); /* the counters wrap on the way */
}

static void hostile_counters(void)
{
    uint8_t buffer[SIZE];
    static const uint32_t bad[] = {SIZE + 1, 1000, UINT32_MAX, 0x80000000};

    for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ring = (struct instance_ring){.written = bad[i]};
        CHECK(exo_ring_used(&ring, SIZE) == EXO_RING_BROKEN);
        CHECK(exo_ring_write(&ring, bytes, SIZE, buffer, 1) == EXO_RING_BROKEN);
        CHECK(exo_ring_peek(&ring, bytes, SIZE, buffer, 1) == EXO_RING_BROKEN);
        CHECK(exo_ring_take(&ring, bytes, SIZE, buffer, 1) == EXO_RING_BROKEN);
        CHECK(ring.taken == 0 && ring.written == bad[i]);
    }
}

static void edges(void)
{
    uint8_t buffer[SIZE + 1] = {0};

    ring = (struct instance_ring){0};
    CHECK(exo_ring_take(&ring, bytes, SIZE, buffer, SIZE) == 0);
    CHECK(exo_ring_write(&ring, bytes, SIZE, buffer, SIZE + 1) == SIZE);
    CHECK(exo_ring_write(&ring, bytes, SIZE, buffer, 1) == 0);
    CHECK(exo_ring_take(&ring, bytes, SIZE, buffer, 0) == 0);
    CHECK(exo_ring_take(&ring, bytes, SIZE, buffer, SIZE + 1) == SIZE);
    CHECK(exo_ring_used(&ring, SIZE) == 0);
}

int main(void)
{
    bytes = malloc(SIZE);
    TEST(streams);
    TEST(hostile_counters);
    TEST(edges);
    free(bytes);
    return TAP_END();
}
