/* SPDX-License-Identifier: MIT */
/*
 * kv.c - the packet handler of kv-ash: a datagram `get KEY\r\n` of the memcached protocol over UDP, answered out of a hash table in the
 * memory window. What it does not find, and everything else, goes to the program's owner.
 */
#include "lib/exo/code_program.h"
#include "apps/kv_table.h"

struct header {
    uint16_t to[3], from[3], type;
    uint8_t version, service;
    uint16_t length, id, fragment;
    uint8_t ttl, protocol;
    uint16_t checksum, source[2], target[2];
    uint16_t source_port, target_port, udp_length, udp_checksum;
    uint16_t request, sequence, datagrams, reserved; /* of memcached over UDP */
} __attribute__((packed, aligned(2)));

struct kv_shared shared; /* first in the window: the owner finds it there */

#define BIG(x) __builtin_bswap16(x)

static inline __attribute__((always_inline)) uint64_t miss(void)
{
    shared.misses++;
    return EXO_CODE_DELIVER;
}

/* Turned round: from us, to who asked. IPv4 checksum anew, none for UDP. */
static inline __attribute__((always_inline)) void
answer_header(struct header *out, const struct header *in, uint32_t payload)
{
    uint32_t sum;

    for (int i = 0; i < 3; i++) {
        out->to[i] = in->from[i];
        out->from[i] = in->to[i];
    }
    for (int i = 0; i < 2; i++) {
        out->source[i] = in->target[i];
        out->target[i] = in->source[i];
    }
    out->source_port = in->target_port;
    out->target_port = in->source_port;
    out->ttl = 64;
    out->length = BIG((uint16_t)(36 + payload));
    out->udp_length = BIG((uint16_t)(16 + payload));
    out->udp_checksum = 0;
    out->checksum = 0;
    out->sequence = 0;
    out->datagrams = BIG(1);
    sum = (uint32_t)exo_code_checksum(&out->version, 20, 0);
    out->checksum = (uint16_t)~sum;
}

EXO_CODE_PROGRAM("packet") uint64_t kv(struct exo_code_packet *ctx)
{
    const struct header *in = (const struct header *)EXO_CODE_BYTES(ctx->packet);
    const uint8_t *end = EXO_CODE_BYTES(ctx->packet_end);
    struct header *out = (struct header *)EXO_CODE_WRITABLE(ctx->reply);
    const uint8_t *text = (const uint8_t *)(in + 1);
    uint32_t hash = KV_HASH_START, length = 0;

    if (text + 8 > end || in->type != BIG(0x0800) || in->version != 0x45 || in->protocol != 17 ||
        in->fragment & BIG(0x3fff) || in->target_port != shared.port || in->sequence ||
        in->datagrams != BIG(1))
        return EXO_CODE_DELIVER;
    if (text[0] != 'g' || text[1] != 'e' || text[2] != 't' || text[3] != ' ')
        return miss();
    for (; length < KV_KEY_MAX && text + 4 + length < end; length++) {
        uint8_t c = text[4 + length];

        if (c <= ' ')
            break;
        hash = (hash ^ c) * KV_HASH_STEP;
    }
    /* One key, and the line's end is the datagram's. */
    const uint8_t *rest = text + 4 + length;

    if (!length || length == KV_KEY_MAX || rest + 2 > end || rest[0] != '\r' || rest[1] != '\n' ||
        BIG(in->udp_length) != 16 + 4 + length + 2)
        return miss();
    struct kv_entry *entry = &shared.entry[hash % KV_ENTRIES];
    uint32_t sequence = *(volatile uint32_t *)&entry->sequence;
    uint32_t bytes = entry->answer_bytes;

    if (sequence & 1 || entry->hash != hash || entry->key_bytes != length || bytes > KV_ANSWER_MAX)
        return miss();
    for (uint32_t i = 0; i < length && i < KV_KEY_MAX; i++)
        if (entry->key[i] != text[4 + i])
            return miss();
    if ((const uint8_t *)(out + 1) + KV_ANSWER_MAX > EXO_CODE_BYTES(ctx->reply_end))
        return EXO_CODE_DELIVER;
    exo_code_copy(out, in, sizeof *in);
    exo_code_copy(out + 1, entry->answer, bytes);
    if (*(volatile uint32_t *)&entry->sequence != sequence) /* the owner has changed it meanwhile */
        return miss();
    answer_header(out, in, bytes);
    shared.hits++;
    return exo_code_send(out, sizeof *out + bytes) ? EXO_CODE_DELIVER : EXO_CODE_CONSUMED;
}
