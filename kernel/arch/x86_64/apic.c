/* SPDX-License-Identifier: MIT */
/*
 * apic.c - the local APIC: one-shot timer, interrupts between CPUs.
 *
 * Source: Intel SDM 3A, "Advanced Programmable Interrupt Controller"; xAPIC mode through memory.
 */
#include "arch/x86_64/cpu.h"
#include "core/klog.h"

#define APIC_ID        (0x020 / 4)
#define APIC_EOI       (0x0b0 / 4)
#define APIC_SPURIOUS  (0x0f0 / 4)
#define APIC_COMMAND   (0x300 / 4)
#define APIC_TARGET    (0x310 / 4)
#define APIC_LVT_TIMER (0x320 / 4)
#define APIC_LVT_LINT0 (0x350 / 4)
#define APIC_LVT_LINT1 (0x360 / 4)
#define APIC_LVT_ERROR (0x370 / 4)
#define APIC_COUNT     (0x380 / 4)
#define APIC_NOW       (0x390 / 4)
#define APIC_DIVIDE    (0x3e0 / 4)
#define APIC_MASKED    0x10000
#define APIC_BUSY      0x1000
#define NS_PER_SECOND  1000000000ull

static volatile uint32_t *apic;
static uint64_t ticks_per_ns_32; /* timer ticks per nanosecond << 32 */

void apic_map(uint64_t physical)
{
    apic = arch_map_registers(physical, EXO_PAGE_SIZE);
    port_write8(0x21, 0xff); /* the old interrupt controllers: all masked */
    port_write8(0xa1, 0xff);
}

uint32_t apic_id(void)
{
    return apic[APIC_ID] >> 24;
}

void apic_start(void)
{
    msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) | 1 << 11);
    apic[APIC_SPURIOUS] = 0x100 | VECTOR_SPURIOUS;
    apic[APIC_LVT_LINT0] = APIC_MASKED;
    apic[APIC_LVT_LINT1] = APIC_MASKED;
    apic[APIC_LVT_ERROR] = APIC_MASKED;
    apic[APIC_DIVIDE] = 0xb; /* by 1 */
    apic[APIC_LVT_TIMER] = VECTOR_TIMER;
    apic[APIC_COUNT] = 0;
    apic[APIC_EOI] = 0;
    this_cpu()->timer_ns = this_cpu()->poll_ns = EXO_FOREVER;
}

void apic_calibrate(void (*wait)(void))
{
    apic[APIC_LVT_TIMER] = APIC_MASKED | VECTOR_TIMER;
    apic[APIC_COUNT] = UINT32_MAX;
    wait();
    uint32_t ticks = UINT32_MAX - apic[APIC_NOW];

    apic[APIC_COUNT] = 0;
    apic[APIC_LVT_TIMER] = VECTOR_TIMER;
    ticks_per_ns_32 = ((uint64_t)ticks << 32) / CALIBRATE_NS;
    if (!ticks_per_ns_32)
        panic("apic: the timer does not count");
    if (ticks_per_ns_32 >> 34) /* the host stood still: rather early than overflow in arch_timer */
        ticks_per_ns_32 = (1ull << 34) - 1;
}

void apic_end_of_interrupt(void)
{
    apic[APIC_EOI] = 0;
}

void arch_timer(struct cpu *cpu, uint64_t deadline_ns, uint64_t now)
{
    if (deadline_ns >= cpu->timer_ns)
        return; /* it comes before that: what is due then is asked then */
    if (!now) {
        now = arch_now_ns();
        if (deadline_ns > now + NS_PER_SECOND)
            deadline_ns = now + NS_PER_SECOND; /* looked at again then; ticks fit 32 bits */
    }
    uint64_t wait = deadline_ns > now ? deadline_ns - now : 0;

    cpu->timer_ns = deadline_ns;
    apic[APIC_COUNT] = (uint32_t)(wait * ticks_per_ns_32 >> 32) + 1;
}

void apic_send(uint32_t target, uint32_t command)
{
    while (apic[APIC_COMMAND] & APIC_BUSY)
        cpu_relax();
    apic[APIC_TARGET] = target << 24;
    apic[APIC_COMMAND] = command;
}

void arch_kick(uint32_t cpu)
{
    apic_send(cpu_by_index(cpu)->apic_id, 0x4000 | VECTOR_KICK);
}
