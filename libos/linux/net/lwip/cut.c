/* SPDX-License-Identifier: MIT */
/*
 * cut.c - a big TCP segment becomes segments for the wire, as a card with segmentation offload would do it.
 *
 * Sequence numbers and identifications go on from segment to segment; the ends of a push and of the stream (PSH, FIN) are the
 * last one's. All else is the same in each, and so is its part of the checksums, which is added up once.
 */
#include "libos/linux/net/lwip/cut.h"
#include "lib/exo/bytes.h"
#include "lib/exo/checksum.h"
#include "base/string.h"

#define IP_TCP       6
#define TCP_BYTES    20u
#define FLAGS_OF_END 0x0900u /* PSH and FIN, where cut->flags has them */

bool cut_begin(struct cut *cut, uint32_t payload, uint32_t unit)
{
    uint8_t *ip = cut->header;
    bool v4 = ip[0] == 0x45;

    if (!v4 && ip[0] >> 4 != 6)
        return false;
    cut->ip_bytes = v4 ? 20 : 40;
    uint8_t *tcp = ip + cut->ip_bytes;
    uint32_t tcp_bytes = (tcp[12] >> 4) * 4u;

    if (ip[v4 ? 9 : 6] != IP_TCP || tcp_bytes < TCP_BYTES)
        return false;
    cut->header_bytes = cut->ip_bytes + tcp_bytes;
    cut->unit = unit;
    cut->part = payload < unit ? payload : unit;
    cut->left = payload - cut->part;
    cut->pseudo =
        v4 ? checksum_add(ip + 12, 8, IP_TCP << 8) : checksum_add(ip + 8, 32, IP_TCP << 8);
    if (v4) {
        cut->identification = get16(ip + 4);
        store16(ip + 2, 0);
        store16(ip + 4, 0);
        store16(ip + 10, 0);
        cut->ip_sum = checksum_add(ip, 20, 0);
    }
    cut->sequence = get32(tcp + 4);
    cut->flags = load16(tcp + 12);
    memset(tcp + 4, 0, 4);
    store16(tcp + 12, 0);
    store16(tcp + 16, 0);
    cut->tcp_sum = checksum_add(tcp, tcp_bytes, cut->pseudo);
    return true;
}

void cut_header(const struct cut *cut, uint8_t *to, const uint8_t *payload)
{
    uint32_t tcp_bytes = cut->header_bytes - cut->ip_bytes + cut->part;
    uint16_t flags = cut->left ? cut->flags & (uint16_t)~FLAGS_OF_END : cut->flags;
    uint32_t length = __builtin_bswap16((uint16_t)tcp_bytes);
    uint32_t sequence = __builtin_bswap32(cut->sequence);
    uint8_t *tcp = to + cut->ip_bytes;

    memcpy(to, cut->header, 40); /* what it has at least */
    if (cut->header_bytes > 40)
        memcpy(to + 40, cut->header + 40, cut->header_bytes - 40);
    if (cut->ip_bytes == 20) {
        uint32_t total = __builtin_bswap16((uint16_t)(tcp_bytes + 20));
        uint32_t number = __builtin_bswap16(cut->identification);

        store16(to + 2, total);
        store16(to + 4, number);
        store16(to + 10, ~checksum_fold_short(cut->ip_sum + total + number));
    } else {
        store16(to + 4, length);
    }
    memcpy(tcp + 4, &sequence, 4);
    store16(tcp + 12, flags);
    store16(tcp + 16, payload ? ~checksum_add(payload, cut->part,
                                              (uint64_t)cut->tcp_sum + length + sequence + flags)
                              : checksum_fold_short(cut->pseudo + length));
}

bool cut_next(struct cut *cut)
{
    if (!cut->left)
        return false;
    cut->sequence += cut->part;
    cut->identification++;
    cut->part = cut->left < cut->unit ? cut->left : cut->unit;
    cut->left -= cut->part;
    return true;
}
