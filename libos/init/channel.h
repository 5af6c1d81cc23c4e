/* SPDX-License-Identifier: MIT */
/*
 * channel.h - the connection to the host's `lorica`: frames of abi/exo_channel.h over a virtio
 * console.
 *
 * Sending never waits: when no buffer is free, it says so and the caller tries again after an
 * event.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_channel.h"

/*
 * channel_open - drive the console device and send HELLO.
 *
 * Returns  true when the channel is up; false with *reason, NULL if the machine has no such device
 */
bool channel_open(const char **reason);
bool channel_is_up(void);

/*
 * channel_space - a place to build the next frame's payload.
 *
 * Returns  room for `CHANNEL_PIECE_MAX` bytes, valid until channel_send or the next channel_space;
 * NULL: no buffer is free, the host has too much to acknowledge, or the channel is not up
 */
uint8_t *channel_space(void);
#define CHANNEL_PIECE_MAX (16384u - (uint32_t)sizeof(struct channel_header))

/* channel_send - send the frame whose payload was built in channel_space. */
void channel_send(enum channel_type type, uint32_t instance, uint32_t bytes);

/* channel_put - copy and send a frame of at most CHANNEL_PIECE_MAX bytes. False: no buffer is free;
 * call again later. */
bool channel_put(enum channel_type type, uint32_t instance, const void *payload, uint32_t bytes);

/* channel_output_idle - has the device taken all that was sent? */
bool channel_output_idle(void);

/*
 * channel_want_room - be woken when the device has finished with buffers (true). The caller must
 * then look once more.
 */
void channel_want_room(bool want);

/* What comes in. Each returns false when the host broke the protocol. */
struct channel_receiver {
    /* Input bytes; all of them must be taken. */
    bool (*input)(uint32_t instance, const uint8_t *bytes, uint32_t count);
    bool (*input_end)(uint32_t instance);
    bool (*request)(uint32_t instance, const uint8_t *bytes, uint32_t count); /* as input */
    bool (*signal)(uint32_t instance, uint32_t signal);
    bool (*window)(uint32_t instance, uint16_t rows, uint16_t columns);
};

/* channel_poll - hand what arrived to the receiver and collect finished buffers. True: something
 * was done. */
bool channel_poll(const struct channel_receiver *receiver);
