/* SPDX-License-Identifier: MIT */
/*
 * topology.h - which CPUs share what, and the caches: the kernel tells CPUs' names, the processor the rest.
 *
 * Nothing here needs a right: CPUID can be asked in ring 3, and the machine page has the APIC id of each CPU.
 * Not here: what to do with it (apps/colour.c chooses frames by it).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_types.h"

#define EXO_CACHES_MAX 8

enum exo_cache_kind {
    EXO_CACHE_DATA = 1,
    EXO_CACHE_CODE = 2,
    EXO_CACHE_BOTH = 3,
};

struct exo_cache {
    uint32_t level; /* 1 is next to the processor */
    enum exo_cache_kind kind;
    uint32_t line_bytes, ways, sets;
    uint64_t bytes;
    uint32_t sharing; /* CPUs whose APIC ids are equal above this many bits share one */
    uint32_t
        colours; /* pages of one way: frames whose numbers are equal modulo this compete for sets; 1: no colours */
};

struct exo_cpu {
    uint32_t apic_id;
    uint32_t thread, core,
        package; /* numbers within the core, within the package, of the package */
};

struct exo_topology {
    uint32_t cpu_count;
    struct exo_cpu cpu[EXO_CPU_MAX];
    uint32_t cache_count;
    struct exo_cache cache[EXO_CACHES_MAX]; /* 0: the processor does not say */
};

/* exo_topology_read - of this machine, as the CPU that runs this sees it. */
void exo_topology_read(struct exo_topology *topology, const struct exo_machine *machine);

/* exo_cache_of - the cache of a level that holds data; NULL: none is known. */
const struct exo_cache *exo_cache_of(const struct exo_topology *topology, uint32_t level);

/* exo_cache_shared - have two CPUs (numbers below cpu_count) this cache in common? */
bool exo_cache_shared(const struct exo_topology *topology, const struct exo_cache *cache,
                      uint32_t one, uint32_t other);
