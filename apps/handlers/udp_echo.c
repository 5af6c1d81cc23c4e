/* SPDX-License-Identifier: MIT */
/*
 * udp_echo.c - a packet handler: a UDP datagram over IPv4 goes back to where it came from. Which port it serves is said by the filter
 * that it is attached to. Datagrams "quit" and those with IP options are left to the owner.
 */
#include "lib/exo/code_program.h"
#include "apps/echo_table.h"

struct ethernet {
    uint16_t to[3], from[3];
    uint16_t type;
} __attribute__((packed, aligned(2)));

struct ipv4 {
    uint8_t version, service;
    uint16_t length, id, fragment;
    uint8_t ttl, protocol;
    uint16_t checksum;
    uint16_t from[2], to[2];
} __attribute__((packed, aligned(2)));

struct udp {
    uint16_t from, to, length, checksum;
} __attribute__((packed, aligned(2)));

struct frame {
    struct ethernet ethernet;
    struct ipv4 ip;
    struct udp udp;
} __attribute__((packed, aligned(2)));

struct echo_shared echo_shared; /* first in the window: the owner finds it there */

#define BIG(x) __builtin_bswap16(x)

EXO_CODE_PROGRAM("packet") uint64_t udp_echo(struct exo_code_packet *ctx)
{
    const struct frame *in = (const struct frame *)EXO_CODE_BYTES(ctx->packet);
    struct frame *out = (struct frame *)EXO_CODE_WRITABLE(ctx->reply);
    const uint8_t *text = (const uint8_t *)(in + 1);

    if ((const uint8_t *)(in + 1) > EXO_CODE_BYTES(ctx->packet_end) ||
        (const uint8_t *)(out + 1) > EXO_CODE_BYTES(ctx->reply_end))
        return EXO_CODE_DELIVER;
    if (in->ethernet.type != BIG(0x0800) || in->ip.version != 0x45 || in->ip.protocol != 17 ||
        in->ip.fragment & BIG(0x3fff))
        return EXO_CODE_DELIVER;
    if (in->udp.length == BIG(12) && text + 4 <= EXO_CODE_BYTES(ctx->packet_end) &&
        text[0] == 'q' && text[1] == 'u' && text[2] == 'i' && text[3] == 't')
        return EXO_CODE_DELIVER;
    if (exo_code_copy(out, in, ctx->length))
        return EXO_CODE_DELIVER;
    for (int i = 0; i < 3; i++) {
        out->ethernet.to[i] = in->ethernet.from[i];
        out->ethernet.from[i] = in->ethernet.to[i];
    }
    for (int i = 0; i < 2; i++) { /* the sums stay the same */
        out->ip.from[i] = in->ip.to[i];
        out->ip.to[i] = in->ip.from[i];
    }
    out->udp.from = in->udp.to;
    out->udp.to = in->udp.from;
    if (exo_code_send(out, ctx->length))
        return EXO_CODE_DELIVER;
    echo_shared.answered++;
    return EXO_CODE_CONSUMED;
}
