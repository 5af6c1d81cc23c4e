/* SPDX-License-Identifier: MIT */
/* key_long.c - key.c once more, without its short way for what most packets are: both must read the same key. */
#define net_key_read      key_long_unused_read
#define net_mask_simplify key_long_unused_simplify
#define net_key_turn      key_long_unused_turn
#include "kernel/net/key.c"
#include "key_check.h"

void key_long_read(union net_key *key, struct net_layout *layout, const uint8_t *packet,
                   uint32_t have, uint32_t length)
{
    read_any(key, layout, packet, have < length ? have : length, length);
}
