/* SPDX-License-Identifier: MIT */
/* cap_test.c - capability paths against the obvious definition. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include "core/cap.h"
#include "tap.h"

static uint64_t seed = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 11) % n;
}

static struct path path_of(const uint16_t *component, uint32_t depth)
{
    struct path path = {.depth = 0};

    for (uint32_t i = 0; i < depth; i++)
        CHECK(path_append(&path, &path, component[i]));
    return path;
}

static void dominance_is_being_a_prefix(void)
{
    for (int round = 0; round < 200000; round++) {
        uint16_t a[EXO_CAP_DEPTH], b[EXO_CAP_DEPTH];
        uint32_t depth_a = random_below(EXO_CAP_DEPTH + 1),
                 depth_b = random_below(EXO_CAP_DEPTH + 1);

        for (uint32_t i = 0; i < EXO_CAP_DEPTH; i++) {
            a[i] = (uint16_t)(1 + random_below(2) * 65534);
            b[i] = random_below(8) ? a[i] : (uint16_t)(1 + random_below(65535));
        }
        struct path over = path_of(a, depth_a), under = path_of(b, depth_b);

        CHECK(path_dominates(&over, &under) == (depth_a <= depth_b && !memcmp(a, b, depth_a * 2)));
    }
}

static void root_dominates_all_and_is_dominated_by_root_only(void)
{
    struct path root = {.depth = 0}, child;

    CHECK(path_append(&child, &root, 7));
    CHECK(path_dominates(&root, &root) && path_dominates(&root, &child) &&
          !path_dominates(&child, &root));
}

static void full_path_cannot_grow(void)
{
    struct path path = {.depth = 0};

    for (int i = 0; i < EXO_CAP_DEPTH; i++)
        CHECK(path_append(&path, &path, 1));
    struct path before = path;

    CHECK(!path_append(&path, &path, 1) && !memcmp(&path, &before, sizeof path));
}

static void cap_get_refuses(void)
{
    struct cap table[EXO_CAP_SLOTS] = {{.rights = EXO_RIGHT_READ, .present = 1}};
    struct cap cap;

    CHECK(cap_get(table, 0, EXO_RIGHT_READ, &cap) == 0 && cap.rights == EXO_RIGHT_READ);
    CHECK(cap_get(table, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE, &cap) == -EXO_E_RIGHT);
    CHECK(cap_get(table, 1, 0, &cap) == -EXO_E_CAP);
    CHECK(cap_get(table, EXO_CAP_SLOTS, 0, &cap) == -EXO_E_CAP);
}

/* A slot that changes between the two looks is an empty one: sequence odd, or moved. */
static void half_written_is_empty(void)
{
    struct cap table[EXO_CAP_SLOTS] = {{.rights = EXO_RIGHT_READ, .present = 1, .sequence = 1}};
    struct cap cap;

    CHECK(cap_get(table, 0, 0, &cap) == -EXO_E_CAP);
    cap_set(&table[0], NULL);
    CHECK(table[0].sequence == 3 && cap_get(table, 0, 0, &cap) == -EXO_E_CAP);
}

static _Atomic bool stop;

/* Grants [1,1,1,1,1,1,1,1] with right 1 and [2,..] with right 2 in turn, with an empty slot between. */
static void *writer(void *table)
{
    for (uint32_t i = 0; !stop; i++) {
        struct cap cap = {.present = 1, .rights = (uint16_t)(1 + i % 2)};

        for (int d = 0; d < EXO_CAP_DEPTH; d++)
            (void)path_append(&cap.path, &cap.path, 1 + i % 2);
        cap_set(table, &cap);
        cap_set(table, NULL);
    }
    return NULL;
}

static void readers_see_whole_capabilities(void)
{
    static struct cap table[EXO_CAP_SLOTS];
    pthread_t thread;
    uint64_t seen = 0;
    bool whole = true;

    CHECK(pthread_create(&thread, NULL, writer, table) == 0);
    for (int i = 0; i < 300000 || !seen; i++) {
        struct cap cap;

        if (cap_get(table, 0, 0, &cap) != 0)
            continue;
        uint64_t word = cap.rights == 1 ? 0x0001000100010001 : 0x0002000200020002;

        whole &=
            cap.path.part[0] == word && cap.path.part[1] == word && cap.path.depth == EXO_CAP_DEPTH;
        seen++;
    }
    stop = true;
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(whole);
}

/* A CPU whose cached entry is dirty does not set the bit again: whoever clears it needs a flush everywhere. */
static void clearing_dirty_is_flushed_everywhere(void)
{
    uint64_t clean = 5ull << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | EXO_PTE_USER | EXO_PTE_WRITE;
    uint64_t read_only = clean & ~(uint64_t)EXO_PTE_WRITE;

    CHECK(entry_flush(clean | EXO_PTE_DIRTY, clean, 1, false) & ENTRY_FLUSH_REMOTE);
    CHECK(entry_flush(clean | EXO_PTE_DIRTY, read_only, 1, false) & ENTRY_FLUSH_REMOTE);
    CHECK(entry_flush(read_only, clean, 1, false) == ENTRY_FLUSH_LOCAL);
    CHECK(entry_flush(clean, clean | EXO_PTE_DIRTY, 1, false) == ENTRY_FLUSH_LOCAL);
    CHECK(entry_flush(0, clean, 1, false) == 0);
}

int main(void)
{
    TEST(dominance_is_being_a_prefix);
    TEST(root_dominates_all_and_is_dominated_by_root_only);
    TEST(full_path_cannot_grow);
    TEST(cap_get_refuses);
    TEST(half_written_is_empty);
    TEST(readers_see_whole_capabilities);
    TEST(clearing_dirty_is_flushed_everywhere);
    return TAP_END();
}
