/* SPDX-License-Identifier: MIT */
/* random.h - random bytes for programs: getrandom, /dev/random, AT_RANDOM. */
#pragma once
#include <stddef.h>

/*
 * random_bytes - fill memory with bytes that programs may use as keys.
 *
 * Bound  linear in bytes; never fails, never sleeps
 */
void random_bytes(void *to, size_t bytes);

/* random_stir - add what a program wrote to /dev/random. It changes the stream, it cannot make it
 * weaker. */
void random_stir(const void *from, size_t bytes);
