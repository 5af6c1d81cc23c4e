/* SPDX-License-Identifier: MIT */
/* share.c - the broker's arithmetic; see share.h. A level is excess per weight, in 1/SCALE pages. */
#include "libos/init/share.h"

#define SCALE 1024

struct class
{
    const struct share_party *parties;
    uint32_t count, asker, priority;
};

static uint64_t excess(const struct share_party *party)
{
    return party->held > party->reserve ? party->held - party->reserve : 0;
}

/* Does party i belong to those of this priority who can be asked? */
static bool within(const struct class *class, uint32_t i)
{
    const struct share_party *party = &class->parties[i];

    return i != class->asker && party->asked && party->priority == class->priority;
}

/* What party i gives when all of its class come down to this level. */
static uint64_t above(const struct class *class, uint32_t i, uint64_t level)
{
    const struct share_party *party = &class->parties[i];
    uint64_t keep = level * party->weight / SCALE;

    return within(class, i) && excess(party) > keep ? excess(party) - keep : 0;
}

static uint64_t all_above(const struct class *class, uint64_t level)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < class->count; i++)
        sum += above(class, i, level);
    return sum;
}

/*
 * The lowest level at which the class gives at most `most` pages, and, if `fair`, leaves nobody lower than what the asker
 * rises to with them.
 */
static uint64_t level_for(const struct class *class, uint64_t most, bool fair)
{
    const struct share_party *asker = &class->parties[class->asker];
    uint64_t low = 0, high = 0;

    for (uint32_t i = 0; i < class->count; i++) {
        uint64_t own = within(class, i)
                           ? (excess(&class->parties[i]) + 1) * SCALE / class->parties[i].weight + 1
                           : 0;

        high = own > high ? own : high;
    }
    while (low < high) {
        uint64_t level = low + (high - low) / 2;
        uint64_t sum = all_above(class, level);
        bool ok = sum <= most && (!fair || (excess(asker) + sum) * SCALE / asker->weight <= level);

        if (ok)
            high = level;
        else
            low = level + 1;
    }
    return low;
}

/* Adds what the class gives at the level, and up to `most` single pages that rounding left. */
static uint64_t take(const struct class *class, uint64_t level, uint64_t most, uint64_t *ask)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < class->count; i++) {
        uint64_t part = above(class, i, level);

        ask[i] += part;
        sum += part;
    }
    for (uint32_t i = 0; i < class->count; i++) {
        if (!within(class, i))
            continue;
        uint64_t left = excess(&class->parties[i]) - ask[i];
        uint64_t more = left < most - sum ? left : most - sum;

        more = more < 2 * class->count ? more : 2 * class->count; /* rounding leaves no more */
        ask[i] += more;
        sum += more;
    }
    return sum;
}

uint64_t share_split(const struct share_party *parties, uint32_t count, uint32_t asker,
                     uint64_t need, uint64_t *ask)
{
    const struct share_party *self = &parties[asker];
    uint64_t lacks = self->held < self->reserve ? self->reserve - self->held : 0;
    uint64_t owed = lacks < need ? lacks : need; /* part of need that anybody has to give */
    uint64_t given = 0;

    for (uint32_t i = 0; i < count; i++)
        ask[i] = 0;
    for (uint32_t priority = 0; priority <= SHARE_PRIORITY_MAX && given < need; priority++) {
        struct class class = {
            .parties = parties, .count = count, .asker = asker, .priority = priority};
        uint64_t must = owed > given ? owed - given : 0;
        uint64_t most = priority < self->priority ? need - given : must;

        if (priority == self->priority) {
            uint64_t fair = all_above(&class, level_for(&class, need - given, true));

            most = fair > must ? fair : must;
        }
        if (most)
            given += take(&class, level_for(&class, most, false), most, ask);
    }
    return given;
}
