/* SPDX-License-Identifier: MIT */
/* cap_test.c - capability paths against the obvious definition. */
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
    const struct cap *cap = NULL;

    CHECK(cap_get(table, 0, EXO_RIGHT_READ, &cap) == 0 && cap == &table[0]);
    CHECK(cap_get(table, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE, &cap) == -EXO_E_RIGHT);
    CHECK(cap_get(table, 1, 0, &cap) == -EXO_E_CAP);
    CHECK(cap_get(table, EXO_CAP_SLOTS, 0, &cap) == -EXO_E_CAP);
}

int main(void)
{
    TEST(dominance_is_being_a_prefix);
    TEST(root_dominates_all_and_is_dominated_by_root_only);
    TEST(full_path_cannot_grow);
    TEST(cap_get_refuses);
    return TAP_END();
}
