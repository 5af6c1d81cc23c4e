/* SPDX-License-Identifier: MIT */
/*
 * packed.c - chunks of packed members (packed.h). All numbers come from the archive and are checked where they are used.
 */
#include "libos/linux/fs/packed.h"
#include "libos/linux/core.h"
#include "libos/linux/fs/vfs.h"

#ifdef WITHOUT_LZ4
#define DECODER                                             false
#define LZ4_decompress_safe(from, to, from_bytes, to_bytes) (-1)
#else
#define DECODER true
/* liblz4: bytes written, or less than 0; touches nothing outside of the two areas. */
int LZ4_decompress_safe(const char *from, char *to, int from_bytes, int to_bytes);
#endif

/* The chunks that were unpacked last, and where they lie packed: who reads a file page by page unpacks each one once, and the
 * dynamic linker, which goes through several tables at a time, most of them. Allocated when a packed file is there. */
#define RECENT 8
static struct recent {
    const uint8_t *from; /* NULL: nothing valid */
    uint32_t bytes;
    uint64_t used;  /* the least one goes */
    uint8_t *plain; /* PACKED_CHUNK */
} recent[RECENT];
static uint64_t uses;

static int recent_start(void)
{
    for (int i = 0; i < RECENT; i++) {
        if (!recent[i].plain)
            recent[i].plain = heap_alloc(PACKED_CHUNK);
        if (!recent[i].plain)
            return -ENOMEM;
        recent[i].from = NULL; /* what was there may have been another archive's */
        recent[i].used = 0;
    }
    return 0;
}

/* The place of a chunk: where it is already, or the one that was not used for longest. */
static struct recent *recent_find(const uint8_t *from, uint32_t bytes)
{
    struct recent *oldest = &recent[0];

    for (int i = 0; i < RECENT; i++) {
        if (recent[i].from == from && recent[i].bytes == bytes)
            return &recent[i];
        if (recent[i].used < oldest->used)
            oldest = &recent[i];
    }
    return oldest;
}

int packed_new(const uint8_t *data, uint32_t bytes, struct packed **out)
{
    struct packed_head head;

    if (!DECODER) {
        log_line("root archive: it is packed, and this LibOS was built with LZ4=no");
        return -EOPNOTSUPP;
    }
    if (bytes < sizeof head)
        return -EINVAL;
    memcpy(&head, data, sizeof head);
    if (head.magic != PACKED_MAGIC || head.chunk_bytes != PACKED_CHUNK || !head.size ||
        packed_chunks(head.size) > (bytes - sizeof head) / sizeof(uint32_t))
        return -EINVAL;
    if (recent_start())
        return -ENOMEM;
    *out = heap_alloc(sizeof **out);
    if (!*out)
        return -ENOMEM;
    **out = (struct packed){data, bytes, head.size, head.size, 0, false, false};
    return 0;
}

static const uint8_t *damaged(struct packed *packed, uint32_t chunk)
{
    if (!packed->complained)
        log_line("root archive: chunk %u of a packed file of %u bytes is damaged: reading it fails",
                 chunk, packed->size);
    packed->complained = true;
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
    struct recent *place = recent_find(packed->data + start, wanted);

    place->used = ++uses;
    if (place->from == packed->data + start && place->bytes == wanted)
        return place->plain;
    place->from = NULL;
    if (LZ4_decompress_safe((const char *)packed->data + start, (char *)place->plain,
                            (int)(end - start), (int)wanted) == (int)wanted) {
        place->from = packed->data + start;
        place->bytes = wanted;
        return place->plain;
    }
    return damaged(packed, chunk);
}
