/* SPDX-License-Identifier: MIT */
/*
 * topology.c - see topology.h. Source: Intel SDM 2A, "CPUID", leaves 1, 4 and 0BH; AMD64 Architecture Programmer's Manual 3,
 * CPUID Fn8000_001D (the same layout as leaf 4), Fn8000_0005, Fn8000_0006.
 */
#include "lib/exo/topology.h"
#include <stddef.h>

#define LEAF_CACHES     4
#define LEAF_TOPOLOGY   11
#define LEAF_AMD_CACHES 0x8000001d
#define LEAF_AMD_FIRST  0x80000005 /* older ones: level 1; the next leaf: levels 2 and 3 */

struct cpuid {
    uint32_t a, b, c, d;
};

static struct cpuid cpuid(uint32_t leaf, uint32_t index)
{
    struct cpuid r = {.a = leaf, .c = index};

    __asm__ volatile("cpuid" : "+a"(r.a), "=b"(r.b), "+c"(r.c), "=d"(r.d));
    return r;
}

/* Bits that number `count` things. */
static uint32_t bits_for(uint32_t count)
{
    uint32_t bits = 0;

    while (bits < 31 && 1u << bits < count)
        bits++;
    return bits;
}

static void caches_read(struct exo_topology *t, uint32_t leaf)
{
    for (uint32_t i = 0; t->cache_count < EXO_CACHES_MAX; i++) {
        struct cpuid r = cpuid(leaf, i);
        struct exo_cache *cache = &t->cache[t->cache_count];

        if (!(r.a & 31) || i == 32)
            return;
        *cache = (struct exo_cache){.level = r.a >> 5 & 7,
                                    .kind = (enum exo_cache_kind)(r.a & 3),
                                    .line_bytes = (r.b & 4095) + 1,
                                    .ways = (r.b >> 22) + 1,
                                    .sets = r.c + 1,
                                    .sharing = bits_for((r.a >> 14 & 4095) + 1)};
        uint64_t way = (uint64_t)cache->line_bytes * ((r.b >> 12 & 1023) + 1) * cache->sets;

        cache->bytes = way * cache->ways;
        cache->colours = way > EXO_PAGE_SIZE ? (uint32_t)(way / EXO_PAGE_SIZE) : 1;
        t->cache_count++;
    }
}

/* One cache as the older leaves tell it; shared by CPUs whose ids are equal above `sharing` bits. */
static void old_cache(struct exo_topology *t, uint32_t level, uint32_t kib, uint32_t ways,
                      uint32_t line, uint32_t sharing)
{
    if (!kib || !line || !ways || t->cache_count == EXO_CACHES_MAX)
        return;
    uint64_t way = ((uint64_t)kib << 10) / ways;

    t->cache[t->cache_count++] =
        (struct exo_cache){.level = level,
                           .kind = level == 1 ? EXO_CACHE_DATA : EXO_CACHE_BOTH,
                           .line_bytes = line,
                           .ways = ways,
                           .sets = (uint32_t)(way / line),
                           .bytes = (uint64_t)kib << 10,
                           .sharing = sharing,
                           .colours = way > EXO_PAGE_SIZE ? (uint32_t)(way / EXO_PAGE_SIZE) : 1};
}

static void old_caches_read(struct exo_topology *t, uint32_t core, uint32_t package)
{
    static const uint8_t ways[16] = {0, 1, 2, 0, 4, 0, 8, 0, 16, 0, 32, 48, 64, 96, 128, 0};
    struct cpuid first = cpuid(LEAF_AMD_FIRST, 0), rest = cpuid(LEAF_AMD_FIRST + 1, 0);

    old_cache(t, 1, first.c >> 24, first.c >> 16 & 255, first.c & 255, core);
    old_cache(t, 2, rest.c >> 16, ways[rest.c >> 12 & 15], rest.c & 255, core);
    old_cache(t, 3, (rest.d >> 18) * 512, ways[rest.d >> 12 & 15], rest.d & 255, package);
}

/* Bits of an APIC id below the core and below the package. */
static void widths_read(uint32_t max_leaf, uint32_t *core, uint32_t *package)
{
    *core = *package = 0;
    for (uint32_t i = 0; max_leaf >= LEAF_TOPOLOGY && i < 8; i++) {
        struct cpuid r = cpuid(LEAF_TOPOLOGY, i);
        uint32_t kind = r.c >> 8 & 255;

        if (!kind || !(r.b & 0xffff))
            break;
        if (kind == 1)
            *core = r.a & 31;
        *package = r.a & 31;
    }
    if (*package)
        return;
    struct cpuid r = cpuid(1, 0);

    if (r.d >> 28 & 1) /* several in a package: it says how many ids that takes */
        *package = bits_for(r.b >> 16 & 255);
    if (max_leaf >= LEAF_CACHES) {
        uint32_t cores = (cpuid(LEAF_CACHES, 0).a >> 26) + 1;

        *core = *package > bits_for(cores) ? *package - bits_for(cores) : 0;
    }
}

void exo_topology_read(struct exo_topology *t, const struct exo_machine *machine)
{
    uint32_t max_leaf = cpuid(0, 0).a, core, package;

    *t = (struct exo_topology){.cpu_count = machine->cpu_count};
    widths_read(max_leaf, &core, &package);
    for (uint32_t c = 0; c < t->cpu_count && c < EXO_CPU_MAX; c++) {
        uint32_t id = machine->apic_id[c];

        t->cpu[c] = (struct exo_cpu){.apic_id = id,
                                     .thread = id & ((1u << core) - 1),
                                     .core = (id & ((1u << package) - 1)) >> core,
                                     .package = id >> package};
    }
    if (max_leaf >= LEAF_CACHES)
        caches_read(t, LEAF_CACHES);
    if (!t->cache_count && cpuid(0x80000000, 0).a >= LEAF_AMD_CACHES)
        caches_read(t, LEAF_AMD_CACHES);
    if (!t->cache_count && cpuid(0x80000000, 0).a > LEAF_AMD_FIRST)
        old_caches_read(t, core, package);
}

const struct exo_cache *exo_cache_of(const struct exo_topology *t, uint32_t level)
{
    for (uint32_t i = 0; i < t->cache_count; i++)
        if (t->cache[i].level == level && t->cache[i].kind != EXO_CACHE_CODE)
            return &t->cache[i];
    return NULL;
}

bool exo_cache_shared(const struct exo_topology *t, const struct exo_cache *cache, uint32_t one,
                      uint32_t other)
{
    return t->cpu[one].apic_id >> cache->sharing == t->cpu[other].apic_id >> cache->sharing;
}
