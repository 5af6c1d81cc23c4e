/* SPDX-License-Identifier: MIT */
/*
 * storm.c - C10: a device that interrupts again and again while its owner does not run. The device is QEMU's virtio-rng, which
 * the harness drives in the attacker's name: one interrupt for each buffer that it fills.
 * Source: Virtual I/O Device Specification 1.2, "Virtio Over PCI Bus", "Packed and Split Virtqueues".
 */
#include "base/string.h"
#include "tests/abuse/fuzz.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

#define EVENT      9
#define REQUESTS   40
#define AT_MOST    2                 /* interrupts between two turns of the owner */
#define REGISTERS  0x170000010000ull /* where the harness has tables for hosts */
#define RING       0x170000020000ull
#define OWN_UPCALL ((volatile struct exo_upcall *)(ATTACKER_BASE + 0x1000))

enum step {
    STEP_GIVE,
    STEP_BIND, /* the attacker's */
    STEP_FLOOD,
    STEP_AGAIN, /* the attacker's */
    STEP_ONE_MORE,
    STEP_HEAR, /* the attacker's */
    STEP_TIDY,
    STEP_END,
};

static uint64_t ring_frame, registers_frame;
static uint32_t notify_offset;
static uint16_t asked;

static volatile void *reg(uint32_t offset)
{
    return (volatile void *)(REGISTERS + offset);
}

static volatile uint16_t *used_index(void)
{
    return (volatile uint16_t *)(RING + 0x202);
}

/* One buffer for the device to fill: it interrupts when it has. */
static void request(void)
{
    *(volatile uint16_t *)(RING + 0x104 + asked % 4 * 2) = 0;
    __atomic_store_n((uint16_t *)(RING + 0x102), ++asked, __ATOMIC_RELEASE);
    *(volatile uint16_t *)reg(notify_offset) = 0;
    while (*used_index() != asked)
        __builtin_ia32_pause();
}

/* The queue: descriptors at 0, what is asked at 0x100, what is done at 0x200, the buffer at 0x800. */
static bool device_start(uint64_t device)
{
    uint32_t common = UINT32_MAX;
    uint64_t bar = 0;
    uint32_t multiplier = 0;

    for (uint64_t at = (uint64_t)exo_device_read(CAP_ROOT, device, 0x34, 1) & 0xfc; at;
         at = (uint64_t)exo_device_read(CAP_ROOT, device, at + 1, 1) & 0xfc) {
        if (exo_device_read(CAP_ROOT, device, at, 1) != 9)
            continue;
        int64_t kind = exo_device_read(CAP_ROOT, device, at + 3, 1);
        uint32_t offset = (uint32_t)exo_device_read(CAP_ROOT, device, at + 8, 4);

        if (kind == 1) {
            common = offset;
            bar = machine.devices[device].bar[exo_device_read(CAP_ROOT, device, at + 4, 1)].address;
        } else if (kind == 2) {
            notify_offset = offset;
            multiplier = (uint32_t)exo_device_read(CAP_ROOT, device, at + 16, 4);
        }
    }
    ring_frame = frames_take(CAP_ROOT, 1);
    registers_frame = bar >> 12;
    if (common || !bar || !ring_frame || exo_device_write(CAP_ROOT, device, 4, 2, 0x406) < 0 ||
        exo_map(&machine.space, REGISTERS, registers_frame, 4,
                EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE | EXO_PTE_UNCACHED) ||
        exo_map(&machine.space, RING, ring_frame, 1, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE))
        return false;
    memset((void *)RING, 0, EXO_PAGE_SIZE);
    asked = 0;
    *(volatile uint64_t *)RING =
        (ring_frame << 12) + 0x800; /* descriptor 0: 64 bytes to write to */
    *(volatile uint64_t *)(RING + 8) = 64 | 2ull << 32;
    *(volatile uint8_t *)reg(20) = 0;
    *(volatile uint8_t *)reg(20) = 3; /* acknowledged, driver */
    *(volatile uint32_t *)reg(8) = 1;
    *(volatile uint32_t *)reg(12) = 1; /* version 1 */
    *(volatile uint8_t *)reg(20) = 11; /* features are settled */
    *(volatile uint16_t *)reg(22) = 0;
    *(volatile uint16_t *)reg(24) = 4;
    *(volatile uint16_t *)reg(26) = 0; /* entry of the MSI-X table */
    *(volatile uint64_t *)reg(32) = ring_frame << 12;
    *(volatile uint64_t *)reg(40) = (ring_frame << 12) + 0x100;
    *(volatile uint64_t *)reg(48) = (ring_frame << 12) + 0x200;
    notify_offset += *(volatile uint16_t *)reg(30) * multiplier;
    *(volatile uint16_t *)reg(28) = 1;
    *(volatile uint8_t *)reg(20) = 15; /* it may begin */
    return true;
}

static void device_stop(void)
{
    *(volatile uint8_t *)reg(20) = 0;
    (void)exo_unmap(&machine.space, REGISTERS, 4);
    (void)exo_unmap(&machine.space, RING, 1);
    (void)exo_frame_free(CAP_ROOT, ring_frame, 1);
}

void storm_host(struct box *box)
{
    if (box->step == STEP_GIVE && box->device == EXO_DEVICE_MAX) {
        escape(box, "there is no device for it", 0);
        box->step = STEP_END;
    } else if (box->step == STEP_GIVE) {
        if (exo_device_claim(CAP_ROOT, box->device, SLOT_ATTACKER, 0) ==
            0) /* else it is being reset */
            box->step = STEP_BIND;
    } else if (box->step == STEP_FLOOD) {
        if (!device_start(box->device)) {
            escape(box, "the attack cannot begin", 0);
            box->step = STEP_END;
            return;
        }
        host_run(0, false);
        uint64_t before = OWN_UPCALL->wakes;

        for (uint32_t i = 0; i < REQUESTS; i++)
            request();
        for (uint64_t now = host_now(); host_now() < now + 1000000;)
            ; /* the last ones are on their way */
        uint64_t heard = OWN_UPCALL->wakes - before;

        box->tries += REQUESTS;
        if (!heard || heard > AT_MOST)
            escape(box, "interrupts while its owner did not run", heard);
        box->step = STEP_AGAIN;
        host_run(0, true);
    } else if (box->step == STEP_ONE_MORE) {
        request();
        box->step = STEP_HEAR;
    } else if (box->step == STEP_TIDY) {
        device_stop();
        box->step = STEP_END;
    }
}

void storm(struct box *box)
{
    const uint64_t bit = 1ull << EVENT;

    while (box->step < STEP_BIND)
        (void)exo_yield();
    if (box->step == STEP_BIND) {
        int64_t result = exo_device_interrupt(SLOT_OWN, box->device, 0, EVENT);

        if (result)
            escape(box, "the attack cannot begin", (uint64_t)-result);
        box->step = STEP_FLOOD;
    }
    while (box->step < STEP_AGAIN)
        (void)exo_yield();
    if (box->step == STEP_AGAIN) { /* what was held back comes, and then all others */
        while (!(__atomic_fetch_and(&exo_self()->upcall->events, ~bit, __ATOMIC_SEQ_CST) & bit))
            (void)exo_yield();
        box->step = STEP_ONE_MORE;
        while (box->step < STEP_HEAR ||
               !(__atomic_fetch_and(&exo_self()->upcall->events, ~bit, __ATOMIC_SEQ_CST) & bit))
            (void)exo_yield();
        box->step = STEP_TIDY;
    }
    while (box->step < STEP_END)
        (void)exo_yield();
}
