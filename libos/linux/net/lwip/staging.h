/* SPDX-License-Identifier: MIT */
/*
 * staging.h - TCP segments of up to 64 KiB for a card that cuts them itself.
 *
 * Such a packet lies in one piece in the ring's memory until the card has read it. The areas for them are taken from the ring's own buffers, of
 * which most are never used at once; without such a card there are none.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define STAGING_BYTES    65535u /* of a frame, with its headers */
#define STAGING_UNIT_MIN 256u   /* less is not worth it, nor does the kernel allow much less */

struct staging;

/* staging_start - when the ring is open. */
void staging_start(void);

/* staging_take - an area that is free now, and that packets before do not have to wait for; NULL: none. Nothing needs to be given back. */
struct staging *staging_take(void);
/* staging_frame - where the frame begins in it. */
uint8_t *staging_frame(const struct staging *area);

/*
 * staging_send - post the frame; it leaves with what else is posted.
 *
 * bytes  at most STAGING_BYTES; the length of the IP header is that of all, the TCP checksum field has the sum of the pseudo header
 * unit   payload of each segment, at least STAGING_UNIT_MIN
 *
 * Returns  false: it cannot be sent so; nothing happened
 */
bool staging_send(struct staging *area, uint32_t bytes, uint16_t unit);
