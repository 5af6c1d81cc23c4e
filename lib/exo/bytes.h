/* SPDX-License-Identifier: MIT */
/*
 * bytes.h - words at any address: of packets, in network order (get, put), and as the machine has them (load, store). All inline.
 */
#pragma once
#include <stdint.h>
#include "base/string.h"

static inline uint16_t load16(const uint8_t *at)
{
    uint16_t word;

    memcpy(&word, at, 2);
    return word;
}

static inline uint32_t load32(const uint8_t *at)
{
    uint32_t word;

    memcpy(&word, at, 4);
    return word;
}

/* The lower 16 bits of word. */
static inline void store16(uint8_t *at, uint32_t word)
{
    memcpy(at, &(uint16_t){(uint16_t)word}, 2);
}

static inline uint16_t get16(const uint8_t *at)
{
    return __builtin_bswap16(load16(at));
}

static inline uint32_t get32(const uint8_t *at)
{
    return __builtin_bswap32(load32(at));
}

/* The lower 16 bits of value. */
static inline void put16(uint8_t *at, uint32_t value)
{
    store16(at, __builtin_bswap16((uint16_t)value));
}
