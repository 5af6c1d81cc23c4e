/* SPDX-License-Identifier: MIT */
/* segment_fuzz.c - libFuzzer target of cutting and merging TCP segments: `make fuzz-segments S=60`. */
#include "segment_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct source from = {.bytes = bytes + 1, .left = size ? size - 1 : 0, .state = size};

    if (size && !(bytes[0] & 1 ? cut_holds(&from) : merge_holds(&from)))
        abort();
    return 0;
}
