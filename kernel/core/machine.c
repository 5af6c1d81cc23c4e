/* SPDX-License-Identifier: MIT */
/* machine.c - the calls that concern the machine as a whole: null, console, off. */
#include "core/calls.h"
#include "core/env.h"
#include "core/ucopy.h"

struct call_result call_null(struct env *self)
{
    (void)self;
    return call_ok(0);
}

struct call_result call_console_write(struct env *self, uint32_t slot, uint64_t text,
                                      uint64_t length)
{
    char copy[EXO_CONSOLE_MAX];
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_CONSOLE, &cap);

    if (!error)
        error = ucopy_in(copy, text, length);
    if (error)
        return call_error(error);
    if (console_output)
        console_output(copy, length);
    return call_ok((int64_t)length);
}

struct call_result call_machine_off(struct env *self, uint32_t slot, uint64_t status)
{
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_MACHINE, &cap);

    if (error)
        return call_error(error);
    arch_off((uint32_t)status);
}

struct call_result call_segment_base(struct env *self, uint64_t which, uint64_t base)
{
    (void)self;
    if (base >= EXO_USER_END)
        return call_error(EXO_E_ARG);
    arch_segment_base((uint32_t)which, base);
    return call_ok(0);
}

#ifndef KERNEL_TEST
struct call_result call_test(struct env *self, uint64_t what, uint64_t a, uint64_t b)
{
    (void)self, (void)what, (void)a, (void)b;
    return call_error(EXO_E_CALL);
}
#endif
