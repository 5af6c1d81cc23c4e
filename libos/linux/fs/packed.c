/* SPDX-License-Identifier: MIT */
/*
 * packed.c - chunks of packed members (packed.h). All numbers come from the archive and are checked where they are used.
 */
#include "libos/linux/fs/packed.h"
#include "libos/linux/core.h"
#include "libos/linux/fs/vfs.h"

/* liblz4: bytes written, or less than 0; touches nothing outside of the two areas. */
int LZ4_decompress_safe(const char *from, char *to, int from_bytes, int to_bytes);

/* The chunk that was unpacked last, and where it lies packed: who reads a file page by page unpacks each one once. */
static uint8_t plain[PACKED_CHUNK];
static const uint8_t *plain_of;
static uint32_t plain_bytes;

int packed_new(const uint8_t *data, uint32_t bytes, struct packed **out)
{
    struct packed_head head;

#ifdef WITHOUT_LZ4
    return (int)unimplemented(-EOPNOTSUPP, "packed root (built with LZ4=no)");
#endif
    if (bytes < sizeof head)
        return -EINVAL;
    memcpy(&head, data, sizeof head);
    if (head.magic != PACKED_MAGIC || head.chunk_bytes != PACKED_CHUNK || !head.size ||
        packed_chunks(head.size) > (bytes - sizeof head) / sizeof(uint32_t))
        return -EINVAL;
    plain_of = NULL; /* it may be another archive */
    *out = heap_alloc(sizeof **out);
    if (!*out)
        return -ENOMEM;
    **out = (struct packed){data, bytes, head.size, head.size, 0, 0};
    return 0;
}

static const uint8_t *damaged(struct packed *packed, uint32_t chunk)
{
    if (!packed->complained)
        log_line("root archive: chunk %u of a packed file of %u bytes is damaged: reading it fails",
                 chunk, packed->size);
    packed->complained = 1;
    return NULL;
}

const uint8_t *packed_chunk(struct packed *packed, uint32_t chunk)
{
    const uint8_t *table = packed->data + sizeof(struct packed_head);
    uint32_t start = (uint32_t)sizeof(struct packed_head) +
                     packed_chunks(packed->size) * (uint32_t)sizeof(uint32_t);
    uint32_t end;
    uint32_t wanted = min_of(PACKED_CHUNK, packed->size - chunk * PACKED_CHUNK);

    if (chunk) {
        uint32_t before;
        memcpy(&before, table + (chunk - 1) * sizeof before, sizeof before);
        if (before < start)
            return damaged(packed, chunk);
        start = before;
    }
    memcpy(&end, table + chunk * sizeof end, sizeof end);
    if (end <= start || end > packed->bytes || end - start > wanted)
        return damaged(packed, chunk);
    if (end - start == wanted)
        return packed->data + start;
    if (plain_of == packed->data + start && plain_bytes == wanted)
        return plain;
#ifndef WITHOUT_LZ4
    plain_of = NULL;
    if (LZ4_decompress_safe((const char *)packed->data + start, (char *)plain, (int)(end - start),
                            (int)wanted) == (int)wanted) {
        plain_of = packed->data + start;
        plain_bytes = wanted;
        return plain;
    }
#endif
    return damaged(packed, chunk);
}
