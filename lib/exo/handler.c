/* SPDX-License-Identifier: MIT */
/* handler.c - the upcall handler for programs that have none of their own. */
#include "exo_stubs.h"
#include "lib/exo/libos.h"
#include "lib/exo/upcall.h"

void exo_handler_default(struct exo_context *context)
{
    if (context->vector == EXO_VECTOR_SLICE_END) {
        (void)exo_yield();
    } else if (context->vector < 32) {
        exo_log("exception %u at %lx, error %lx, address %lx, rsp %lx", context->vector,
                (unsigned long)context->rip, (unsigned long)context->error,
                (unsigned long)context->address, (unsigned long)context->rsp);
        exo_fail("exception %u at %lx (address %lx): see the log (-v)", context->vector,
                 (unsigned long)context->rip, (unsigned long)context->address);
    }
}
