/* SPDX-License-Identifier: MIT */
/*
 * dhcp.c - DHCP messages; see dhcp.h.
 *
 * All instances have the card's hardware address, so that a server tells them apart by the client identifier only.
 */
#include "libos/init/dhcp.h"
#include "lib/exo/bytes.h"
#include "lib/exo/checksum.h"
#include "base/string.h"

#define AT_TYPE      12
#define AT_IP        14
#define AT_UDP       34
#define AT_BOOTP     42
#define AT_OPTIONS   (AT_BOOTP + 240)
#define BOOTP_OWN    12 /* offsets in the message */
#define BOOTP_YOURS  16
#define BOOTP_MAC    28
#define BOOTP_COOKIE 236
#define COOKIE       0x63538263u
#define FLAG_TO_ALL  0x0080 /* big-endian: the answer shall be a broadcast */

enum option {
    OPTION_PAD = 0,
    OPTION_MASK = 1,
    OPTION_ROUTER = 3,
    OPTION_DNS = 6,
    OPTION_NAME = 12,
    OPTION_WANTED = 50,
    OPTION_SECONDS = 51,
    OPTION_KIND = 53,
    OPTION_SERVER = 54,
    OPTION_LIST = 55,
    OPTION_SIZE = 57,
    OPTION_CLIENT = 61,
    OPTION_END = 255,
};

static uint8_t *put_option(uint8_t *at, enum option option, const void *bytes, uint32_t count)
{
    *at++ = (uint8_t)option;
    *at++ = (uint8_t)count;
    memcpy(at, bytes, count);
    return at + count;
}

static uint8_t *put_options(uint8_t *at, const struct dhcp_message *m)
{
    static const uint8_t list[] = {OPTION_MASK, OPTION_ROUTER, OPTION_DNS, OPTION_SECONDS};
    static const uint8_t size[2] = {1500 >> 8, 1500 & 255};
    uint8_t kind = (uint8_t)m->kind;
    uint32_t name_bytes = (uint32_t)strlen(m->name);
    uint8_t client[64] = {0}; /* type 0: not only a hardware address */

    memcpy(client + 1, m->mac, 6);
    memcpy(client + 7, m->name, name_bytes);
    at = put_option(at, OPTION_KIND, &kind, 1);
    at = put_option(at, OPTION_CLIENT, client, 7 + name_bytes);
    at = put_option(at, OPTION_NAME, m->name, name_bytes);
    at = put_option(at, OPTION_SIZE, size, sizeof size);
    at = put_option(at, OPTION_LIST, list, sizeof list);
    if (m->wanted)
        at = put_option(at, OPTION_WANTED, &m->wanted, 4);
    if (m->server)
        at = put_option(at, OPTION_SERVER, &m->server, 4);
    *at++ = OPTION_END;
    return at;
}

uint32_t dhcp_write(uint8_t frame[DHCP_FRAME_BYTES], const struct dhcp_message *m)
{
    uint8_t *ip = frame + AT_IP;
    uint8_t *udp = frame + AT_UDP;
    uint8_t *bootp = frame + AT_BOOTP;
    uint32_t cookie = COOKIE;
    uint32_t to = m->own ? m->server : UINT32_MAX;

    memset(frame, 0, DHCP_FRAME_BYTES);
    memcpy(frame, m->server_mac, 6);
    memcpy(frame + 6, m->mac, 6);
    put16(frame + AT_TYPE, 0x0800);
    bootp[0] = 1; /* a request, Ethernet, 6 bytes of hardware address */
    bootp[1] = 1;
    bootp[2] = 6;
    memcpy(bootp + 4, &m->transaction, 4);
    if (!m->own)
        memcpy(bootp + 10, &(uint16_t){FLAG_TO_ALL}, 2);
    memcpy(bootp + BOOTP_OWN, &m->own, 4);
    memcpy(bootp + BOOTP_MAC, m->mac, 6);
    memcpy(bootp + BOOTP_COOKIE, &cookie, 4);
    struct dhcp_message said = *m;

    if (m->own)
        said.wanted = said.server = 0; /* who renews must not say them */
    uint32_t length = (uint32_t)(put_options(frame + AT_OPTIONS, &said) - frame);

    if (length < AT_BOOTP + 300) /* some relays want as much */
        length = AT_BOOTP + 300;
    ip[0] = 0x45;
    put16(ip + 2, length - AT_IP);
    ip[8] = 64;
    ip[9] = 17;
    memcpy(ip + 12, &m->own, 4);
    memcpy(ip + 16, &to, 4);
    uint16_t sum = (uint16_t)~checksum_add(ip, 20, 0);

    memcpy(ip + 10, &sum, 2);
    put16(udp, DHCP_CLIENT_PORT);
    put16(udp + 2, DHCP_SERVER_PORT);
    put16(udp + 4, length - AT_UDP);
    sum = (uint16_t)~checksum_add(ip + 12, 8 + length - AT_UDP,
                                  __builtin_bswap16((uint16_t)(length - AT_UDP)) + (17u << 8));
    sum = sum ? sum : UINT16_MAX;
    memcpy(udp + 6, &sum, 2);
    return length;
}

static uint32_t prefix_of(const uint8_t *mask)
{
    uint32_t bits = get32(mask);
    uint32_t prefix = 0;

    while (prefix < 32 && bits & 1u << (31 - prefix))
        prefix++;
    return prefix;
}

static void read_option(struct dhcp_answer *a, uint32_t option, const uint8_t *at, uint32_t count)
{
    switch (option) {
    case OPTION_KIND:
        a->kind = count ? (enum dhcp_kind)at[0] : 0;
        break;
    case OPTION_MASK:
        a->prefix = count >= 4 ? prefix_of(at) : 0;
        break;
    case OPTION_ROUTER:
        if (count >= 4)
            memcpy(&a->gateway, at, 4);
        break;
    case OPTION_SERVER:
        if (count >= 4)
            memcpy(&a->server, at, 4);
        break;
    case OPTION_SECONDS:
        if (count >= 4)
            a->seconds = get32(at);
        break;
    case OPTION_DNS:
        for (; count >= 4 && a->dns_count < MANIFEST_SERVERS_MAX; at += 4, count -= 4)
            memcpy(&a->dns[a->dns_count++], at, 4);
        break;
    default:
        break;
    }
}

bool dhcp_read(const uint8_t *frame, uint32_t length, const uint8_t mac[6], uint32_t transaction,
               struct dhcp_answer *answer)
{
    uint32_t cookie = COOKIE;

    memset(answer, 0, sizeof *answer);
    if (length < AT_OPTIONS || get16(frame + AT_TYPE) != 0x0800 || frame[AT_IP] != 0x45 ||
        frame[AT_IP + 9] != 17 || get16(frame + AT_UDP) != DHCP_SERVER_PORT ||
        get16(frame + AT_UDP + 2) != DHCP_CLIENT_PORT)
        return false;
    const uint8_t *bootp = frame + AT_BOOTP;
    uint32_t end = AT_UDP + get16(frame + AT_UDP + 4);

    if (end > length || end < AT_OPTIONS || bootp[0] != 2 ||
        memcmp(bootp + 4, &transaction, 4) != 0 || memcmp(bootp + BOOTP_MAC, mac, 6) != 0 ||
        memcmp(bootp + BOOTP_COOKIE, &cookie, 4) != 0)
        return false;
    memcpy(answer->server_mac, frame + 6, 6);
    memcpy(&answer->address, bootp + BOOTP_YOURS, 4);
    for (uint32_t at = AT_OPTIONS; at < end && frame[at] != OPTION_END;) {
        if (frame[at] == OPTION_PAD) {
            at++;
            continue;
        }
        if (at + 2 > end || frame[at + 1] > end - at - 2)
            return false;
        read_option(answer, frame[at], frame + at + 2, frame[at + 1]);
        at += 2u + frame[at + 1];
    }
    return answer->kind == DHCP_OFFER || answer->kind == DHCP_ACK || answer->kind == DHCP_NAK;
}
