/* SPDX-License-Identifier: MIT */
/* wire.h - init's own packets: one ring, for what it has to ask the network before it can claim addresses. */
#pragma once
#include <stdint.h>
#include "abi/exo_net.h"

#define WIRE_FRAME_BYTES 1514

/* wire_open - once, for all. Returns NULL, or what is wrong with the machine. */
const char *wire_open(void);

/* wire_claim - bind a filter to the ring; its ring is filled in. Returns its row: also a permission to send; 0: refused, or too many. */
uint32_t wire_claim(struct exo_net_filter *filter);

/* wire_frame - where to write the next frame to send, WIRE_FRAME_BYTES; wire_send sends it by permission of a filter. */
uint8_t *wire_frame(void);
void wire_send(uint32_t length, uint32_t filter);

/* wire_next - a frame that has come, until wire_done; NULL: none. What stands in it is a stranger's. */
const uint8_t *wire_next(uint32_t *length);
void wire_done(void);
