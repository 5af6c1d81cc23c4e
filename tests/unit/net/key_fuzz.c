/* SPDX-License-Identifier: MIT */
/* key_fuzz.c - libFuzzer target of the receive parse: `make fuzz-net S=60`. */
#include "key_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    union net_key key;
    struct net_layout layout;

    if (size < 2 || size > 2048)
        return 0;
    uint32_t missing = bytes[0] % 64u; /* of a packet whose end is not here */

    if (!key_holds(bytes + 1, (uint32_t)size - 1, (uint32_t)size - 1 + missing, &key, &layout))
        abort();
    return 0;
}
