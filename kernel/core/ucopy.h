/* SPDX-License-Identifier: MIT */
/*
 * ucopy.h - the only way in which the kernel touches user memory. Both copy in the current space and can
 * fail at any time with EXO_E_FAULT, leaving the destination partly written. No lock may be held.
 */
#pragma once
#include "core/arch.h"

/* [address, address + bytes) inside user space, without wrap. */
static inline bool user_range_ok(uint64_t address, uint64_t bytes)
{
    return address < EXO_USER_END && bytes <= EXO_USER_END - address;
}

static inline int ucopy_in(void *to, uint64_t from, uint64_t bytes)
{
    if (!user_range_ok(from, bytes) || arch_user_copy(to, (const void *)from, bytes))
        return EXO_E_FAULT;
    return 0;
}

static inline int ucopy_out(uint64_t to, const void *from, uint64_t bytes)
{
    if (!user_range_ok(to, bytes) || arch_user_copy((void *)to, from, bytes))
        return EXO_E_FAULT;
    return 0;
}
