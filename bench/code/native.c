/* SPDX-License-Identifier: MIT */
/* native.c - helpers of the samples for this machine. */
#include "bench/code/native.h"
#include <string.h>

struct exo_code_extent native_own[512];
uint32_t native_own_count;

uint64_t exo_code_copy(void *to, const void *from, uint64_t bytes)
{
    memmove(to, from, bytes);
    return 0;
}

uint64_t exo_code_checksum(const void *from, uint64_t bytes, uint64_t seed)
{
    const uint8_t *at = from;

    for (; bytes >= 2; bytes -= 2, at += 2)
        seed += (uint32_t)(at[0] | at[1] << 8);
    while (seed >> 16)
        seed = (seed & 0xffff) + (seed >> 16);
    return seed;
}

uint64_t exo_code_send(const void *from, uint64_t bytes)
{
    (void)from;
    (void)bytes;
    return 0;
}

uint64_t exo_code_own(uint64_t first, uint64_t count, uint64_t type)
{
    native_own[native_own_count++] =
        (struct exo_code_extent){first, (uint32_t)count, (uint32_t)type};
    return 0;
}
