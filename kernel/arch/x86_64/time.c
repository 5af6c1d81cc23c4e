/* SPDX-License-Identifier: MIT */
/*
 * time.c - nanoseconds from the time-stamp counter, calibrated once against the PIT; what the RTC shows.
 *
 * Source: Intel 8254 data sheet (channel 2 gated by port 0x61); MC146818 real-time clock.
 */
#include "arch/x86_64/cpu.h"
#include "core/klog.h"

#define PIT_HZ        1193182
#define CALIBRATE_PIT 2983 /* CALIBRATE_NS */
#define NS_PER_SECOND 1000000000ull

uint64_t tsc_base, tsc_mult, tsc_hz, rtc;

static void pit_wait(void)
{
    port_write8(0x61, (port_read8(0x61) & 0xfd) | 1);
    port_write8(0x43, 0xb0); /* channel 2, both bytes, mode 0 */
    port_write8(0x42, CALIBRATE_PIT & 0xff);
    port_write8(0x42, CALIBRATE_PIT >> 8);
    while (!(port_read8(0x61) & 0x20))
        cpu_relax();
}

static uint8_t rtc_read(uint8_t index)
{
    port_write8(0x70, index);
    return port_read8(0x71);
}

/* What the machine's clock shows; a library makes a time of it (lib/exo/time.h). */
static uint64_t rtc_registers(void)
{
    static const uint8_t index[] = {0, 2, 4, 7, 8, 9, 0x0b}; /* seconds .. year, how they are written */
    uint64_t all = 0;

    for (int tries = 0; tries < 1000000 && rtc_read(0x0a) & 0x80; tries++)
        cpu_relax();
    for (uint32_t i = 0; i < sizeof index; i++)
        all |= (uint64_t)rtc_read(index[i]) << i * 8;
    return all;
}

void time_calibrate(void)
{
    uint64_t ticks = 0, last = 1;

    /* Until two in a row agree: a host that stands still meanwhile makes everything look too fast. */
    for (int n = 0; n < 16 && (ticks > last + last / 64 || last > ticks + ticks / 64); n++) {
        uint64_t start = tsc_read();

        last = ticks;
        apic_calibrate(pit_wait);
        ticks = tsc_read() - start;
    }
    tsc_hz = ticks * PIT_HZ / CALIBRATE_PIT;
    tsc_mult = (NS_PER_SECOND << TSC_SHIFT) / tsc_hz; /* below 2^62: fits */
    tsc_base = tsc_read();
    rtc = rtc_registers();
}
