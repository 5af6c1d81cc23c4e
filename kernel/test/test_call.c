/* SPDX-License-Identifier: MIT */
/* test_call.c - the kernel call `test`, which only test kernels serve. */
#include "core/calls.h"
#include "core/env.h"
#include "core/frame.h"
#include "test/test.h"

struct call_result call_test(struct env *self, uint64_t what, uint64_t a, uint64_t b)
{
    (void)self;
    switch (what) {
    case EXO_TEST_AUDIT:
        return call_ok(audit_run());
    case EXO_TEST_GENERATION: /* frame a has had b generations */
        if (a >= frame_count)
            return call_error(EXO_E_RANGE);
        frame_table[a].extra = (uint32_t)b;
        frame_table[a].reserved = (uint16_t)(b >> 32);
        return call_ok(0);
    default:
        return call_error(EXO_E_ARG);
    }
}
