/* SPDX-License-Identifier: MIT */
/* slaac_read.c - router advertisements; see slaac.h. */
#include "base/string.h"
#include "lib/exo/bytes.h"
#include "lib/exo/checksum.h"
#include "libos/init/slaac.h"

#define AT_IP         14
#define AT_ICMP       54
#define AT_OPTIONS    (AT_ICMP + 16)
#define ICMPV6        58
#define ADVERTISES    134
#define OPTION_PREFIX 3
#define OPTION_DNS    25
#define PREFIX_AUTO   0x40

/* Neither link-local nor of groups. */
static bool prefix_usable(const uint8_t *prefix)
{
    return prefix[0] != 0xff && !(prefix[0] == 0xfe && (prefix[1] & 0xc0) == 0x80);
}

static void read_option(struct slaac_router *router, const uint8_t *at, uint32_t bytes)
{
    static const uint8_t none[4];

    if (at[0] == OPTION_PREFIX && bytes == 32 && at[2] == 64 && at[3] & PREFIX_AUTO &&
        memcmp(at + 4, none, 4) != 0 && prefix_usable(at + 16) && !router->has_prefix) {
        router->has_prefix = true;
        memcpy(router->prefix, at + 16, 8);
    } else if (at[0] == OPTION_DNS && bytes >= 24 && memcmp(at + 4, none, 4) != 0) {
        for (uint32_t o = 8; o + 16 <= bytes && router->dns_count < MANIFEST_SERVERS_MAX; o += 16)
            memcpy(router->dns[router->dns_count++], at + o, 16);
    }
}

bool slaac_read(const uint8_t *frame, uint32_t length, struct slaac_router *router)
{
    memset(router, 0, sizeof *router);
    if (length < AT_OPTIONS || get16(frame + 12) != 0x86dd || frame[AT_IP] >> 4 != 6 ||
        frame[AT_IP + 6] != ICMPV6 || frame[AT_IP + 7] != 255 || frame[AT_ICMP] != ADVERTISES ||
        frame[AT_ICMP + 1])
        return false;
    const uint8_t *source = frame + AT_IP + 8;
    uint32_t bytes = get16(frame + AT_IP + 4);
    uint32_t end = AT_ICMP + bytes;

    if (bytes < 16 || end > length || source[0] != 0xfe || (source[1] & 0xc0) != 0x80)
        return false;
    if (checksum_add(frame + AT_IP + 8, 32 + bytes,
                     __builtin_bswap16((uint16_t)bytes) + (uint64_t)(ICMPV6 << 8)) != 0xffff)
        return false;
    memcpy(router->address, source, 16);
    router->is_default = get16(frame + AT_ICMP + 6) != 0;
    for (uint32_t at = AT_OPTIONS; at < end;) {
        uint32_t count = at + 2 <= end ? frame[at + 1] * 8u : 0;

        if (!count || count > end - at)
            return false;
        read_option(router, frame + at, count);
        at += count;
    }
    return true;
}
