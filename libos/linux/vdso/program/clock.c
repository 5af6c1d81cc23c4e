/* SPDX-License-Identifier: MIT */
/*
 * clock.c - the program in the vDSO: clocks by reading the time-stamp counter. Built as a shared object of its own.
 *
 * Source: vdso(7); clock_gettime(2).
 */
#include <stddef.h>
#include <stdint.h>
#include <linux/time.h>
#include <asm/unistd_64.h>
#include "libos/linux/vdso/vdso_data.h"

extern const struct vdso_data vdso_data
    __attribute__((visibility("hidden"))); /* the page below the image */

#define NS_PER_SECOND 1000000000ull
#define EXPORT        __attribute__((visibility("default")))

int __vdso_clock_gettime(int clock, struct timespec *out);
int __vdso_clock_getres(int clock, struct timespec *out);
int __vdso_gettimeofday(struct timeval *out, struct timezone *zone);
long __vdso_time(long *out);
long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused);

static uint64_t monotonic_ns(void)
{
    uint64_t ticks = __builtin_ia32_rdtsc() - vdso_data.tsc_base;

    return (uint64_t)((unsigned __int128)ticks * vdso_data.tsc_mult >> vdso_data.tsc_shift);
}

static long call2(long number, long a, long b)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    return result;
}

static void split(uint64_t ns, struct timespec *out)
{
    out->tv_sec = (long)(ns / NS_PER_SECOND);
    out->tv_nsec = (long)(ns % NS_PER_SECOND);
}

EXPORT int __vdso_clock_gettime(int clock, struct timespec *out)
{
    switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        split(monotonic_ns(), out);
        return 0;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
        split(monotonic_ns() + vdso_data.wall_ns, out);
        return 0;
    default:
        return (int)call2(__NR_clock_gettime, clock, (long)out);
    }
}

EXPORT int __vdso_clock_getres(int clock, struct timespec *out)
{
    return (int)call2(__NR_clock_getres, clock, (long)out);
}

EXPORT int __vdso_gettimeofday(struct timeval *out, struct timezone *zone)
{
    uint64_t ns = monotonic_ns() + vdso_data.wall_ns;

    if (out) {
        out->tv_sec = (long)(ns / NS_PER_SECOND);
        out->tv_usec = (long)(ns % NS_PER_SECOND / 1000);
    }
    if (zone) {
        zone->tz_minuteswest = 0;
        zone->tz_dsttime = 0;
    }
    return 0;
}

EXPORT long __vdso_time(long *out)
{
    long seconds = (long)((monotonic_ns() + vdso_data.wall_ns) / NS_PER_SECOND);

    if (out)
        *out = seconds;
    return seconds;
}

EXPORT long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
    (void)unused;
    return call2(__NR_getcpu, (long)cpu, (long)node);
}
