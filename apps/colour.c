/* SPDX-License-Identifier: MIT */
/*
 * colour.c - an app that chooses its frames by cache colour, because frames have numbers and it may.
 *
 * Pages whose frame numbers are equal modulo the number of colours compete for the same sets of the second-level cache.
 * The allocator hands out colours in turn, so that a buffer as large as one way of the cache has one page of each. The
 * cache's geometry comes from lib/exo/topology.h, the choice from the frame numbers that the instance
 * owns. Source: Kessler and Hill, "Page Placement Algorithms for Large Real-Indexed Caches".
 */
#include <stddef.h>
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"
#include "lib/exo/topology.h"

#define REGION      0x100000000000ull
#define COLOURS_MAX 1024
#define BUFFERS     3 /* of one page of each colour */

static struct exo_domain domain;
static uint32_t count[COLOURS_MAX];
static uint64_t taken[COLOURS_MAX];

/* Of the second-level cache; 64 when the processor does not say. */
static uint32_t colours_of_cache(void)
{
    static struct exo_topology topology;

    exo_topology_read(&topology, exo_machine_page());
    const struct exo_cache *cache = exo_cache_of(&topology, 2);

    return cache ? cache->colours : 64;
}

/* A free frame of a colour: its number modulo `colours`. 0: there is none. */
static uint64_t frame_of(uint32_t colour, uint32_t colours)
{
    uint64_t frame = 0;
    uint32_t tries = 0;

    /* Frames of other colours are held until the right one turns up, and given back together. */
    while (tries < COLOURS_MAX) {
        frame = exo_frames_take(&domain.frames, 1, 1);
        if (!frame || frame % colours == colour)
            break;
        taken[tries++] = frame;
        frame = 0;
    }
    while (tries)
        (void)exo_frames_give(&domain.frames, taken[--tries], 1);
    return frame;
}

int exo_main(const struct instance_start *start)
{
    uint32_t colours = colours_of_cache();
    uint32_t uneven = 0;

    (void)start;
    exo_domain_init(&domain);
    if (!colours || colours > COLOURS_MAX || colours & (colours - 1))
        exo_fail("colour: a cache of %u colours is not one that this app knows", colours);
    for (uint32_t i = 0; i < BUFFERS * colours; i++) {
        uint64_t at = REGION + (uint64_t)i * EXO_PAGE_SIZE;
        uint64_t frame = frame_of(i % colours, colours);

        if (!frame)
            exo_fail("colour: no frame of colour %u left: give the instance more memory",
                     i % colours);
        if (exo_map(&domain.space, at, frame, 1, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE) < 0)
            exo_fail("colour: a page cannot be mapped");
        *(volatile uint64_t *)at = i;
    }
    for (uint32_t i = 0; i < BUFFERS * colours;
         i++) /* what the hardware's tables say, not what we meant */
        count[(exo_mapping(REGION + (uint64_t)i * EXO_PAGE_SIZE, NULL) & EXO_PTE_FRAME) /
              EXO_PAGE_SIZE % colours]++;
    for (uint32_t i = 0; i < colours; i++)
        uneven += count[i] != BUFFERS;
    exo_print("colour: %u colours, %u pages, %u of each; %u colours are used unevenly\n", colours,
              BUFFERS * colours, BUFFERS, uneven);
    return uneven ? 1 : 0;
}
