/* SPDX-License-Identifier: MIT */
/*
 * pack.c - the packed form of a file: each chunk compressed on its own, so that the LibOS can unpack any one first.
 *
 * The slow kind of LZ4 compression: it is as fast as the other to unpack, and what counts is memory in the machine.
 */
#include "tools/pack.h"
#include "abi/exo_packed.h"
#include "tools/text.h"
#include <lz4hc.h>
#include <stdlib.h>
#include <string.h>

#define PACK_LEAST 16384u /* bytes; of smaller files there is little to gain */

size_t pack_bytes(const void *bytes, uint64_t length, char **out)
{
    uint32_t size = (uint32_t)length, chunks = packed_chunks(size);
    struct packed_head head = {PACKED_MAGIC, PACKED_CHUNK, size};
    size_t table = sizeof head, at = table + chunks * sizeof(uint32_t);
    const char *from = bytes;
    char *to;

    /* Nothing gets longer: what does not shrink is stored as it is. The cpio header has 32 bits for the whole. */
    if (length <= PACK_LEAST || at + length > UINT32_MAX)
        return 0;
    to = allocate(at + length);
    memcpy(to, &head, sizeof head);
    for (uint32_t done = 0; done < size; table += sizeof(uint32_t)) {
        uint32_t part = size - done < PACKED_CHUNK ? size - done : PACKED_CHUNK, end;
        int packed =
            LZ4_compress_HC(from + done, to + at, (int)part, (int)part - 1, LZ4HC_CLEVEL_DEFAULT);

        if (packed <= 0) { /* it does not get shorter */
            memcpy(to + at, from + done, part);
            packed = (int)part;
        }
        at += (size_t)packed;
        end = (uint32_t)at;
        memcpy(to + table, &end, sizeof end);
        done += part;
    }
    if (at > length - length / 8) {
        free(to);
        return 0;
    }
    *out = to;
    return at;
}
