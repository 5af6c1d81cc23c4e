/* SPDX-License-Identifier: MIT */
/* siphash.h - SipHash-2-4: a keyed hash that nobody without the key can compute. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/*
 * siphash - 64-bit SipHash-2-4 of `words` little-endian 64-bit words. Constant time for a given length.
 * Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF".
 */
uint64_t siphash(const uint64_t key[2], const uint64_t *words, size_t count);
