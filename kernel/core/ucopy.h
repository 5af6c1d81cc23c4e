/* SPDX-License-Identifier: MIT */
/*
 * ucopy.h - the only way in which the kernel touches user memory. Both copy in the current space and can
 * fail at any time with EXO_E_FAULT, leaving the destination partly written. No lock may be held.
 */
#pragma once
#include "core/arch.h"
#include "core/fail.h"
#include "core/lock.h"
#include "core/rules.h"

static inline int ucopy_in(void *to, uint64_t from, uint64_t bytes)
{
    lock_check_none("a copy from user memory");
    if (!range_ok(from, bytes, EXO_USER_END) || arch_user_copy(to, (const void *)from, bytes) ||
        fail_now())
        return EXO_E_FAULT;
    return 0;
}

static inline int ucopy_out(uint64_t to, const void *from, uint64_t bytes)
{
    lock_check_none("a copy to user memory");
    if (!range_ok(to, bytes, EXO_USER_END) || arch_user_copy((void *)to, from, bytes) || fail_now())
        return EXO_E_FAULT;
    return 0;
}
