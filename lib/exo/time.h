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
