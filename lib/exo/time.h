/* SPDX-License-Identifier: MIT */
/* time.h - the time without a kernel call: the machine page says how to convert the time-stamp
 * counter. */
#pragma once
#include <stdint.h>
#include "abi/exo_types.h"

static inline uint64_t exo_tsc(void)
{
    uint32_t low;
    uint32_t high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static inline uint64_t exo_rtc_number(uint64_t rtc, uint32_t byte)
{
    uint64_t value = rtc >> byte * 8 & 0xff;

    return rtc >> 48 & 4 ? value : (value >> 4) * 10 + (value & 15);
}

/* exo_wall_ns - the wall clock (UTC, nanoseconds since 1970) at nanosecond 0, from what the real-time clock showed. */
static inline uint64_t exo_wall_ns(const struct exo_machine *machine)
{
    uint64_t rtc = machine->rtc, month = exo_rtc_number(rtc, 4);
    uint64_t year = 2000 + exo_rtc_number(rtc, 5) - (month <= 2); /* it begins in March */
    uint64_t days = 365 * year + year / 4 - year / 100 + year / 400 +
                    (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + exo_rtc_number(rtc, 3) -
                    1 - 719468; /* of which there were as many before 1970 */

    return (((days * 24 + exo_rtc_number(rtc, 2)) * 60 + exo_rtc_number(rtc, 1)) * 60 +
            exo_rtc_number(rtc, 0)) *
           1000000000;
}

/*
 * exo_now_ns - nanoseconds since boot, the clock of every deadline in the kernel interface.
 *
 * machine  the machine page as mapped; borrowed
 *
 * Returns  the time; 0 for a CPU whose counter is still behind the first one's
 */
static inline uint64_t exo_now_ns(const struct exo_machine *machine)
{
    uint64_t ticks = exo_tsc() - machine->tsc_base;

    if ((int64_t)ticks < 0)
        return 0;
    return (uint64_t)(((unsigned __int128)ticks * machine->tsc_mult) >> machine->tsc_shift);
}
