/* SPDX-License-Identifier: MIT */
/* refused.h - sites that stay as they are: a cache that entry.S looks at, and how often for which reason. */
#pragma once
#include "libos/linux/core.h"

enum refusal {
    REFUSED_NOT, /* it was rewritten: this call was its first */
    REFUSED_SHAPE,
    REFUSED_MEMORY,
    REFUSED_RESTORER,
    REFUSED_READ,
    REFUSED_WRITTEN,
    REFUSED_TWICE,
    REFUSED_ROOM,
    REFUSED_OFF,
    REFUSAL_COUNT
};

/* One row; entry.S compares `key` with rip | image << 48 and counts. The row of a rip is its lowest byte. */
struct refused {
    uint64_t key;
    uint64_t count;
    uint64_t reason; /* enum refusal */
    uint64_t reserved;
};
#define REFUSED_ROWS 256

/* refused_note - a reflected call from the site that ends at rip: remember why, so that the next one is not examined. */
void refused_note(uint64_t rip, enum refusal reason);

/* refused_report - summary lines. direct: calls that came from rewritten sites; rewritten: sites. */
void refused_report(uint64_t direct, uint64_t rewritten);
