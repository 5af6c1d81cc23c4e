/* SPDX-License-Identifier: MIT */
/* merge.c - received TCP segments that follow each other in one flow become one; see merge.h. */
#include "libos/linux/net/lwip/merge.h"
#include "lib/exo/bytes.h"
#include "lib/exo/checksum.h"
#include "base/string.h"

#define IP_TCP           6
#define IP4_BYTES        20u
#define IP6_BYTES        40u
#define TCP_BYTES        20u
#define IP4_FRAGMENT     0x3fffu
#define FRAGMENT_ON_WIRE 0xff3fu /* the same as it is loaded */
#define TCP_PUSH         0x08u
#define TCP_ACK          0x10u
#define PAYLOAD_MAX      60000u      /* of a run: lwIP's lengths have 16 bits */
#define FRAME_MAX        2048u       /* no frame of the wire is longer */
#define STAMP_BYTES      12u         /* of a timestamp option as everybody pads it */
#define STAMP_BEGIN      0x0a080101u /* no-operation twice, kind 8, length 10 */

bool merge_read(struct merge_segment *segment, uint8_t *frame, uint32_t network, uint32_t bytes)
{
    uint8_t *ip = frame + network;
    uint32_t total;

    if (bytes < network + IP4_BYTES + TCP_BYTES)
        return false;
    bytes -= network;
    if (ip[0] == 0x45) {
        segment->ip_bytes = IP4_BYTES;
        total = get16(ip + 2);
        if (ip[9] != IP_TCP || get16(ip + 6) & IP4_FRAGMENT)
            return false;
    } else if (ip[0] >> 4 == 6 && bytes >= IP6_BYTES + TCP_BYTES) {
        segment->ip_bytes = IP6_BYTES;
        total = IP6_BYTES + get16(ip + 4);
        if (ip[6] != IP_TCP)
            return false;
    } else {
        return false;
    }
    uint8_t *tcp = ip + segment->ip_bytes;

    segment->tcp_bytes = (tcp[12] >> 4) * 4u;
    if (total > bytes || segment->tcp_bytes < TCP_BYTES ||
        total < segment->ip_bytes + segment->tcp_bytes)
        return false;
    segment->ip = ip;
    segment->tcp = tcp;
    segment->payload = total - segment->ip_bytes - segment->tcp_bytes;
    segment->sequence = get32(tcp + 4);
    segment->acknowledged = get32(tcp + 8);
    segment->flags = tcp[13];
    return true;
}

bool merge_verify(const struct merge_segment *segment, bool tcp)
{
    const uint8_t *ip = segment->ip;
    bool v4 = segment->ip_bytes == IP4_BYTES;
    uint32_t bytes = segment->tcp_bytes + segment->payload;

    if (v4 && !checksum_right(checksum_header(ip, 0)))
        return false;
    if (!tcp)
        return true;
    uint64_t pseudo = (uint64_t)(IP_TCP << 8) + __builtin_bswap16((uint16_t)bytes);

    if (v4)
        pseudo += (uint64_t)load32(ip + 12) + load32(ip + 16);
    else
        pseudo = checksum_add(ip + 8, 32, pseudo);
    return checksum_right(checksum_sum(segment->tcp, bytes, pseudo));
}

void merge_begin(struct merge *run, const struct merge_segment *segment)
{
    run->first = *segment;
    run->payload = segment->payload;
    run->count = 1 + segment->payload / FRAME_MAX; /* the card may have merged it */
}

static bool same_flow(const struct merge_segment *a, const struct merge_segment *b)
{
    if (a->ip_bytes != b->ip_bytes || load32(a->tcp) != load32(b->tcp))
        return false;
    return a->ip_bytes == IP4_BYTES ? !memcmp(a->ip + 12, b->ip + 12, 8)
                                    : !memcmp(a->ip + 8, b->ip + 8, 32);
}

/* Options of a run are the same in each segment. */
static bool same_options(const struct merge_segment *a, const struct merge_segment *b)
{
    if (a->tcp_bytes != b->tcp_bytes)
        return false;
    for (uint32_t at = TCP_BYTES; at < a->tcp_bytes; at += 4)
        if (load32(a->tcp + at) != load32(b->tcp + at))
            return false;
    return true;
}

/* No options, or a timestamp: then a later acknowledgement says all that an earlier one does. */
static bool plain_options(const struct merge_segment *segment)
{
    return segment->tcp_bytes == TCP_BYTES || (segment->tcp_bytes == TCP_BYTES + STAMP_BYTES &&
                                               load32(segment->tcp + TCP_BYTES) == STAMP_BEGIN);
}

enum merge_answer merge_add(struct merge *run, const struct merge_segment *next)
{
    struct merge_segment *first = &run->first;
    int32_t newer = (int32_t)(next->acknowledged - first->acknowledged);

    if ((first->flags | TCP_PUSH) != (TCP_ACK | TCP_PUSH) ||
        (next->flags | TCP_PUSH) != (TCP_ACK | TCP_PUSH) || newer < 0 ||
        next->sequence != first->sequence + run->payload || !same_flow(first, next))
        return MERGE_NOT;
    if (!next->payload) {
        if (run->payload || !newer || first->tcp_bytes != next->tcp_bytes ||
            !plain_options(first) || !plain_options(next))
            return MERGE_NOT;
        *first = *next;
        run->count++;
        return MERGE_REPLACE;
    }
    if (!run->payload || run->payload + next->payload > PAYLOAD_MAX || !same_options(first, next))
        return MERGE_NOT;
    first->flags |= next->flags;
    first->acknowledged = next->acknowledged;
    memcpy(first->tcp + 8, next->tcp + 8, 4);
    first->tcp[13] = first->flags;
    memcpy(first->tcp + 14, next->tcp + 14, 2); /* window */
    run->payload += next->payload;
    run->count++;
    return MERGE_APPEND;
}

bool merge_again(struct merge *run, const uint8_t *ip, uint32_t bytes, bool tcp)
{
    struct merge_segment *first = &run->first;
    const uint8_t *header = ip + IP4_BYTES;
    uint8_t *own = first->tcp;

    if (run->payload || first->ip_bytes != IP4_BYTES || bytes < IP4_BYTES + first->tcp_bytes ||
        (first->flags | TCP_PUSH) != (TCP_ACK | TCP_PUSH) || !plain_options(first))
        return false;
    /* Version, length; no fragment; addresses, ports, sequence number, length of the header, flags */
    if (load32(ip) != load32(first->ip) ||
        ((load16(ip + 6) ^ load16(first->ip + 6)) & FRAGMENT_ON_WIRE) || ip[9] != IP_TCP ||
        memcmp(ip + 12, first->ip + 12, 8) != 0 || memcmp(header, own, 8) != 0 ||
        load16(header + 12) != load16(own + 12))
        return false;
    bool stamped = first->tcp_bytes != TCP_BYTES;
    uint32_t acknowledged = get32(header + 8);

    if ((int32_t)(acknowledged - first->acknowledged) <= 0 ||
        (stamped && load32(header + TCP_BYTES) != STAMP_BEGIN) ||
        !checksum_right(checksum_header(ip, 0)))
        return false;
    if (tcp) {
        uint64_t sum = (uint64_t)(IP_TCP << 8) + __builtin_bswap16((uint16_t)first->tcp_bytes);

        sum = checksum_header(header, checksum_eight(ip + 12, sum));
        if (stamped)
            sum = checksum_eight(header + TCP_BYTES, sum) + load32(header + TCP_BYTES + 8);
        if (!checksum_right(sum))
            return false;
    }
    memcpy(own + 8, header + 8, 8); /* the rest is the same */
    memcpy(own + 16, header + 16, 4);
    if (stamped)
        memcpy(own + TCP_BYTES, header + TCP_BYTES, STAMP_BYTES);
    first->acknowledged = acknowledged;
    run->count++;
    return true;
}
