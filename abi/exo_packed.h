/* SPDX-License-Identifier: MIT */
/*
 * exo_packed.h - a packed member of a root archive, as the host command writes it and LibOSes read it (docs/boot-image.md).
 *
 * Numbers are little-endian; the data start at a multiple of 4:
 *
 *     struct packed_head
 *     uint32_t end[chunks]     where each chunk ends, from the start of the data; the first one begins behind this table
 *     the chunks               PACKED_CHUNK bytes of the file each, the last one what is left: an LZ4 block, or, when it has as
 *                              many bytes as the part of the file that it stands for, these bytes
 */
#pragma once
#include <stdint.h>

#define PACKED_MARK                                                                                \
    0x4c5a3431u /* in the header's field `check`, which a 070701 archive does not use */
#define PACKED_MAGIC 0x6b636170u /* "pack" */
#define PACKED_CHUNK 16384u

struct packed_head {
    uint32_t magic;
    uint32_t chunk_bytes; /* PACKED_CHUNK */
    uint32_t size;        /* of the file; not 0 */
};

/* packed_chunks - how many chunks a file of `size` bytes has. */
static inline uint32_t packed_chunks(uint32_t size)
{
    return size / PACKED_CHUNK + (size % PACKED_CHUNK != 0);
}
