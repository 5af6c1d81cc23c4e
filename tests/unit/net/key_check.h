/* SPDX-License-Identifier: MIT */
/* key_check.h - what must hold for the key of any bytes; for key_test.c and key_fuzz.c. */
#pragma once
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "net/key.h"

/* Reads the first `have` of `length` bytes in memory of exactly that size. False: something does not hold. */
static inline bool key_holds(const uint8_t *packet, uint32_t have, uint32_t length,
                             union net_key *key, struct net_layout *layout)
{
    static const uint8_t zeros[16];
    uint8_t *copy = calloc(1, have ? have : 1); /* a read behind it is found */
    const struct exo_net_key *k = &key->field;
    bool ok = true;

    if (have)
        memcpy(copy, packet, have);
    net_key_read(key, layout, copy, have, length);
    struct net_flow flow;
    struct net_layout other;

    /* A flow says the same as the key, but for the address of the card and the payload. */
    if (net_flow_read(&flow, &other, copy, have, length)) {
        union net_key of_flow = {
            .field = {.protocol = (uint8_t)(flow.kind >> 24), .ethertype = 0x0008}};

        memcpy(&of_flow, &flow.ports, 4);
        memcpy(of_flow.field.source, (uint8_t[12]){[10] = 0xff, 0xff}, 12);
        memcpy(of_flow.field.destination, (uint8_t[12]){[10] = 0xff, 0xff}, 12);
        memcpy(of_flow.field.source + 12, &flow.addresses, 4);
        memcpy(of_flow.field.destination + 12, (uint8_t *)&flow.addresses + 4, 4);
        ok &= !memcmp(&of_flow, key, offsetof(struct exo_net_key, mac)) && !k->vlan;
        ok &= !memcmp(&other, layout, sizeof other);
    }
    ok &= !(k->flags & ~(EXO_NET_KEY_FRAGMENT | EXO_NET_KEY_MALFORMED | EXO_NET_KEY_GROUP |
                         EXO_NET_KEY_TAGGED));
    if (have >= 14)
        ok &= !memcmp(k->mac, packet, 6) && !!(k->flags & EXO_NET_KEY_GROUP) == (packet[0] & 1);
    else
        ok &= !!(k->flags & EXO_NET_KEY_MALFORMED);
    if (k->flags & (EXO_NET_KEY_MALFORMED | EXO_NET_KEY_FRAGMENT))
        ok &= !k->source_port && !k->destination_port && !layout->transport && !layout->payload;
    if (k->flags & EXO_NET_KEY_MALFORMED)
        ok &= !k->ethertype && !memcmp(k->destination, zeros, 16) &&
              !memcmp(k->source, zeros, 16) && !k->protocol && !(k->flags & EXO_NET_KEY_FRAGMENT) &&
              !memcmp(k->payload, zeros, 8);
    if (layout->transport)
        ok &= layout->network && layout->transport >= layout->network + 20 &&
              layout->payload >= layout->transport + 8 && layout->payload <= length;
    union net_key turned = *key;

    net_key_turn(&turned);
    ok &= turned.field.source_port == k->destination_port &&
          turned.field.destination_port == k->source_port &&
          !memcmp(turned.field.source, k->destination, 16) &&
          !memcmp(turned.field.destination, k->source, 16) && turned.word[5] == key->word[5] &&
          turned.word[6] == key->word[6];
    net_key_turn(&turned);
    ok &= !memcmp(&turned, key, sizeof turned);
    free(copy);
    return ok;
}
