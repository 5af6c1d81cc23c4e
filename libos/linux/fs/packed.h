/* SPDX-License-Identifier: MIT */
/*
 * packed.h - packed members of a root archive (abi/exo_packed.h), and what the LibOS keeps of one.
 */
#pragma once
#include "abi/exo_packed.h"
#include <stdbool.h>
#include <stddef.h>

struct packed {
    const uint8_t *data;
    uint32_t bytes;    /* of the member */
    uint32_t size;     /* of the file as it was packed */
    uint64_t left;     /* so many bytes from the start are still the file's: what it was cut to */
    uint64_t unpacked; /* pages below `left` that have their frame */
    bool changed;      /* some page may have been written: none can be unpacked again */
    bool complained;   /* the log has a line about it */
};

/*
 * packed_new - take a packed member.
 *
 * data   in the archive, at a multiple of 4
 * bytes  of it
 * out    gives
 *
 * Errors: -EINVAL: no packed member, or its table does not fit in; -ENOMEM; -EOPNOTSUPP: built without the decoder.
 * The table's entries are looked at when chunks are.
 */
int packed_new(const uint8_t *data, uint32_t bytes, struct packed **out);

/* packed_chunk - the bytes of a chunk (as many as the file has there), valid until the next call; NULL: it is damaged, which
 * the log says once for each file. */
const uint8_t *packed_chunk(struct packed *packed, uint32_t chunk);
