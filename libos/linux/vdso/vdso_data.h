/* SPDX-License-Identifier: MIT */
/* vdso_data.h - the page that the vDSO reads; shared with the program in it. */
#pragma once
#include <stdint.h>

struct vdso_data {
    uint64_t tsc_base, tsc_mult; /* nanoseconds = (tsc - tsc_base) * tsc_mult >> tsc_shift */
    uint64_t wall_ns;            /* CLOCK_REALTIME is CLOCK_MONOTONIC plus this */
    uint32_t tsc_shift;
    uint32_t reserved;
};
