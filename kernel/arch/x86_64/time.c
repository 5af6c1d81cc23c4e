/* SPDX-License-Identifier: MIT */
/*
 * time.c - nanoseconds from the time-stamp counter, calibrated once against the PIT; the wall clock from the RTC.
 *
 * Source: Intel 8254 data sheet (channel 2 gated by port 0x61); MC146818 real-time clock.
 */
#include "arch/x86_64/cpu.h"
#include "core/klog.h"

#define PIT_HZ        1193182
#define CALIBRATE_PIT 5966 /* 5 ms */
#define NS_PER_SECOND 1000000000ull

uint64_t tsc_base, tsc_mult, tsc_hz, wall_ns;

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

static uint32_t rtc_number(uint8_t index, bool binary)
{
    uint8_t value = rtc_read(index);

    return binary ? value : (value >> 4) * 10u + (value & 15u);
}

/* Days from 1970-01-01 of a Gregorian date. */
static uint64_t days_from_date(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t y = month > 2 ? year : year - 1;
    uint32_t shifted = month > 2 ? month - 3 : month + 9; /* March is 0 */
    uint64_t days = 365ull * y + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 + day - 1;

    return days - 719468;
}

static uint64_t rtc_seconds(void)
{
    bool binary = rtc_read(0x0b) & 4;

    for (int tries = 0; tries < 1000000 && rtc_read(0x0a) & 0x80; tries++)
        cpu_relax();
    uint32_t year = 2000 + rtc_number(9, binary);
    uint64_t days = days_from_date(year, rtc_number(8, binary), rtc_number(7, binary));

    return days * 86400 + rtc_number(4, binary) * 3600 + rtc_number(2, binary) * 60 +
           rtc_number(0, binary);
}

void time_calibrate(void)
{
    uint64_t start = tsc_read();

    apic_calibrate(pit_wait);
    uint64_t ticks = tsc_read() - start;

    tsc_hz = ticks * PIT_HZ / CALIBRATE_PIT;
    tsc_mult = (NS_PER_SECOND << TSC_SHIFT) / tsc_hz; /* below 2^62: fits */
    tsc_base = tsc_read();
    wall_ns = rtc_seconds() * NS_PER_SECOND;
}
