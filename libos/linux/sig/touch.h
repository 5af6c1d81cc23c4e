/* SPDX-License-Identifier: MIT */
/*
 * touch.h - making a stretch of a program's memory safe for plain loads or stores, in a few
 * instructions.
 *
 * One access to each page, with a fix-up as the copies of mm/user_copy.S have: missing pages are
 * faulted in on the way. What was touched stays mapped until the task sleeps (core.h, Concurrency).
 */
#pragma once
#include "libos/linux/core.h"

#define TOUCH_FIXUP ".pushsection .user_fixups, \"a\"\n\t.quad 1b, %l[fault]\n\t.popsection"

static inline bool touch_range_ok(uint64_t start, uint64_t end)
{
    return start < end && end <= USER_END && (start >= LIBOS_END || end <= LIBOS_START);
}

/* Stores a zero byte. */
static inline int touch_byte_write(uint64_t address)
{
    __asm__ goto("1: movb $0, (%0)\n\t" TOUCH_FIXUP : : "r"(address) : "memory" : fault);
    return 0;
fault:
    return -EFAULT;
}

static inline int touch_byte_read(uint64_t address)
{
    __asm__ goto("1: testb $0, (%0)\n\t" TOUCH_FIXUP : : "r"(address) : "memory", "cc" : fault);
    return 0;
fault:
    return -EFAULT;
}

/* Makes [start, end) writable; bytes of it are lost. 0 or -EFAULT. */
static inline int touch_write(uint64_t start, uint64_t end)
{
    if (!touch_range_ok(start, end) || touch_byte_write(start))
        return -EFAULT;
    for (uint64_t at = page_down(end - 1); at > start; at -= PAGE_SIZE)
        if (touch_byte_write(at))
            return -EFAULT;
    return 0;
}

static inline int touch_read(uint64_t start, uint64_t end)
{
    if (!touch_range_ok(start, end) || touch_byte_read(start))
        return -EFAULT;
    for (uint64_t at = page_down(end - 1); at > start; at -= PAGE_SIZE)
        if (touch_byte_read(at))
            return -EFAULT;
    return 0;
}
