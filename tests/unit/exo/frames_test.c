/* SPDX-License-Identifier: MIT */
/* frames_test.c - the frame pool on the host, against a model that remembers every frame. */
#include "lib/exo/frames.h"
#include <stdlib.h>
#include <string.h>
#include "tap.h"

#define WORDS 16

static struct exo_frames pool;
static uint64_t *used;
static const struct instance_run runs[] = {
    {.first = 1000, .count = 300}, {.first = 5000, .count = 7}, {.first = 2048, .count = 512}};

static void start(void)
{
    CHECK(exo_frames_init(&pool, runs, 3, used, WORDS) == 819);
}

static bool in_runs(uint64_t frame)
{
    for (int i = 0; i < 3; i++)
        if (frame >= runs[i].first && frame < runs[i].first + runs[i].count)
            return true;
    return false;
}

static void take_all(void)
{
    static bool taken[6000];
    uint64_t frame;
    int count = 0;

    memset(taken, 0, sizeof taken);
    start();
    while ((frame = exo_frames_take(&pool, 1, 1)) != 0) {
        CHECK(in_runs(frame) && !taken[frame]);
        taken[frame] = true;
        count++;
    }
    CHECK(count == 819 && pool.free_count == 0);
    for (uint64_t f = 0; f < 6000; f++)
        if (taken[f])
            CHECK(exo_frames_give(&pool, f, 1));
    CHECK(pool.free_count == 819);
}

static void refused(void)
{
    start();
    CHECK(exo_frames_take(&pool, 0, 1) == 0);
    CHECK(exo_frames_take(&pool, 820, 1) == 0);
    CHECK(exo_frames_take(&pool, 513, 1) == 0); /* no run is that long */
    CHECK(exo_frames_take(&pool, 1, 3) == 0);
    CHECK(!exo_frames_give(&pool, 1000, 1)); /* not taken */
    CHECK(!exo_frames_give(&pool, 999, 1));
    CHECK(!exo_frames_give(&pool, 1299, 2));
    CHECK(exo_frames_take(&pool, 512, 512) == 2048);
    CHECK(exo_frames_take(&pool, 1, 512) == 1024);
    CHECK(!exo_frames_give(&pool, 2048, 513));
    CHECK(exo_frames_give(&pool, 2048, 512));
    CHECK(!exo_frames_give(&pool, 2048, 512));
}

static void short_bitmap(void)
{
    CHECK(exo_frames_init(&pool, runs, 3, used, 1) == 64);
    for (int i = 0; i < 64; i++)
        CHECK(exo_frames_take(&pool, 1, 1) != 0);
    CHECK(exo_frames_take(&pool, 1, 1) == 0);
}

static void chance(void)
{
    static uint8_t owner[6000]; /* 0: free */
    struct {
        uint64_t first, count;
    } held[200] = {0};
    uint64_t free_frames = 819;
    unsigned state = 5;

    memset(owner, 0, sizeof owner);
    start();
    for (int i = 0; i < 100000; i++) {
        state = state * 1664525 + 1013904223;
        uint32_t slot = (state >> 8) % 200;

        if (held[slot].count) {
            CHECK(exo_frames_give(&pool, held[slot].first, held[slot].count));
            memset(owner + held[slot].first, 0, held[slot].count);
            free_frames += held[slot].count;
            held[slot].count = 0;
            continue;
        }
        uint64_t count = 1 + (state >> 16) % 20;
        uint64_t align = 1ull << (state >> 24) % 5;
        uint64_t first = exo_frames_take(&pool, count, align);

        if (!first)
            continue;
        CHECK(first % align == 0);
        for (uint64_t f = first; f < first + count; f++) {
            CHECK(in_runs(f) && !owner[f]);
            owner[f] = 1;
        }
        held[slot].first = first;
        held[slot].count = count;
        free_frames -= count;
        CHECK(pool.free_count == free_frames);
    }
}

int main(void)
{
    used = malloc(WORDS * sizeof *used);
    TEST(take_all);
    TEST(refused);
    TEST(short_bitmap);
    TEST(chance);
    free(used);
    return TAP_END();
}
