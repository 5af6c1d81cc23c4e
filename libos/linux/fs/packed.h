/* SPDX-License-Identifier: MIT */
/*
 * packed.h - a packed member of a root archive: how it looks there, and what the LibOS keeps of it.
 *
 * Host and LibOS share the first part. Numbers are little-endian; data start at a multiple of 4:
 *
 *     struct packed_head
 *     uint32_t end[chunks]     where each chunk ends, from the start of the data; the first one begins behind this table
 *     the chunks               PACKED_CHUNK bytes of the file each, the last one what is left: an LZ4 block, or, when it has as
 *                              many bytes as the part of the file that it stands for, these bytes
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define PACKED_MARK  0x4c5a3431u /* in the header's field `check`, which a 070701 archive does not use */
#define PACKED_MAGIC 0x6b636170u /* "pack" */
#define PACKED_CHUNK 16384u

struct packed_head {
    uint32_t magic;
    uint32_t chunk_bytes; /* PACKED_CHUNK */
    uint32_t size;        /* of the file; not 0 */
};

static inline uint32_t packed_chunks(uint32_t size)
{
    return size / PACKED_CHUNK + (size % PACKED_CHUNK != 0);
}

struct packed {
    const uint8_t *data;
    uint32_t bytes; /* of the member */
    uint32_t size;  /* of the file as it was packed */
    uint64_t left;  /* so many bytes from the start are still the file's: what it was cut to */
    uint64_t unpacked; /* pages below `left` that have their frame */
    int complained;    /* the log has a line about it */
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
