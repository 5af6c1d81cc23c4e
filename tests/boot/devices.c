/* SPDX-License-Identifier: MIT */
/* devices.c - boot tests of the device calls, on a virtio device that the runner puts into the
 * machine. */
#include "tests/boot/boot.h"

#define VENDOR_VIRTIO 0x1af4

static uint32_t find_device(void)
{
    for (uint32_t i = 0; i < EXO_DEVICE_MAX; i++)
        if (machine.devices[i].present && machine.devices[i].vendor == VENDOR_VIRTIO &&
            machine.devices[i].interrupts && machine.devices[i].claimed != EXO_DEVICE_KERNEL)
            return i;
    return EXO_DEVICE_MAX;
}

/* The network card belongs to the kernel's driver. */
static void test_kernels_own(void)
{
    for (uint32_t i = 0; i < EXO_DEVICE_MAX; i++) {
        if (machine.devices[i].claimed != EXO_DEVICE_KERNEL)
            continue;
        expect(exo_device_claim(CAP_ROOT, i, CAP_ROOT, 0), -EXO_E_BUSY, "claim the kernel's card");
        expect(exo_device_claim(CAP_ROOT, i, CAP_ROOT, 1), -EXO_E_BUSY, "give it back");
        expect(exo_device_read(CAP_ROOT, i, 0, 2), -EXO_E_CAP, "read its configuration space");
        expect(page_map(9, machine.devices[i].bar[4].address >> 12, EXO_PTE_NO_EXECUTE),
               -EXO_E_RANGE, "map its registers");
        return;
    }
    check(false, "the kernel has a card");
}

static uint32_t msix_capability(uint32_t device)
{
    uint32_t at = (uint32_t)exo_device_read(SLOT_CHILD, device, 0x34, 1) & 0xfc;

    for (int i = 0; i < 48 && at; i++) {
        uint32_t head = (uint32_t)exo_device_read(SLOT_CHILD, device, at, 4);

        if ((head & 0xff) == 0x11)
            return at;
        at = head >> 8 & 0xfc;
    }
    return 0;
}

static void test_claim(uint32_t device)
{
    uint64_t bar = 0;

    expect(exo_device_read(CAP_ROOT, device, 0, 2), -EXO_E_CAP,
           "read a device that is not claimed");
    expect(exo_device_read(CAP_ROOT, EXO_DEVICE_MAX - 1, 0, 2), -EXO_E_NONE, "read no device");
    expect(exo_device_claim(SLOT_NOTHING, device, SLOT_NOTHING, 0), -EXO_E_RIGHT,
           "claim without the device right");
    expect(exo_device_claim(SLOT_EMPTY, device, CAP_ROOT, 0), -EXO_E_CAP,
           "claim without capability");
    expect(exo_device_claim(CAP_ROOT, device, SLOT_EMPTY, 0), -EXO_E_CAP,
           "claim for an empty slot");
    expect(exo_device_claim(CAP_ROOT, EXO_DEVICE_MAX - 1, CAP_ROOT, 0), -EXO_E_NONE,
           "claim what is not there");
    expect(exo_device_claim(CAP_ROOT, device, CAP_ROOT, 2), -EXO_E_ARG,
           "claim with an unknown flag");
    expect(exo_device_claim(CAP_ROOT, device, SLOT_CHILD, 0), 0, "claim for [77]");
    check(machine.devices[device].claimed && machine.devices[device].owner_guard[0] == 77,
          "the table shows it");
    expect(exo_device_claim(SLOT_OTHER, device, SLOT_OTHER, 0), -EXO_E_CAP,
           "another cannot take it");
    expect(exo_device_read(SLOT_OTHER, device, 0, 2), -EXO_E_CAP, "nor read it");
    expect(exo_device_read(SLOT_CHILD, device, 0, 2), VENDOR_VIRTIO, "its owner can");
    expect(exo_device_read(SLOT_CHILD, device, 1, 2), -EXO_E_ARG, "an offset that is not aligned");
    expect(exo_device_read(SLOT_CHILD, device, 0, 3), -EXO_E_ARG, "a width of 3");
    expect(exo_device_read(SLOT_CHILD, device, 256, 1), -EXO_E_ARG, "an offset of 256");
    for (uint32_t b = 0; b < 6; b++)
        if (machine.devices[device].bar[b].length >= 2 * EXO_PAGE_SIZE)
            bar = machine.devices[device].bar[b].address;
    check(bar != 0, "it has registers");
    expect(page_map(9, bar >> 12, EXO_PTE_NO_EXECUTE | EXO_PTE_UNCACHED), 0, "they can be mapped");
    expect(exo_device_claim(SLOT_CHILD, device, SLOT_CHILD, 1), -EXO_E_BUSY,
           "a mapped device is not given back");
    expect(exo_device_claim(CAP_ROOT, device, SLOT_OTHER, 0), -EXO_E_BUSY,
           "nor put under another guard");
    expect(page_unmap(9), 0, "and unmapped");
    expect(exo_frame_alloc(CAP_ROOT, bar >> 12, 1), -EXO_E_RANGE, "they are no memory");
}

static void test_registers_refused(uint32_t device)
{
    uint32_t msix = msix_capability(device);

    expect(exo_device_write(SLOT_CHILD, device, 0x10, 4, 0xfee00000), -EXO_E_ARG,
           "a BAR is not the owner's to move");
    expect(exo_device_write(SLOT_CHILD, device, 0x24, 4, 0), -EXO_E_ARG, "nor the last one");
    check(msix != 0, "it has an MSI-X capability");
    expect(exo_device_write(SLOT_CHILD, device, msix + 2, 2, 0), -EXO_E_ARG,
           "that is not the owner's to write");
    expect(exo_device_write(SLOT_CHILD, device, msix & ~3u, 4, 0), -EXO_E_ARG, "in any width");
    expect(exo_device_write(SLOT_CHILD, device, 5, 2, 0), -EXO_E_ARG,
           "a write that is not aligned");
    expect(exo_device_write(SLOT_NOTHING, device, 4, 2, 0), -EXO_E_RIGHT,
           "a write without the right");
    expect(exo_device_write(SLOT_OTHER, device, 4, 2, 0), -EXO_E_CAP, "a write by another");
    expect(exo_device_write(SLOT_CHILD, EXO_DEVICE_MAX - 1, 4, 2, 0), -EXO_E_NONE,
           "a write to no device");
    expect(exo_device_write(SLOT_CHILD, device, 4, 2, 0x406), 0,
           "the command register can be written");
    expect(exo_device_read(SLOT_CHILD, device, 4, 2) & 6, 6, "and is");
}

void test_devices(void)
{
    uint32_t device = find_device();

    check(device < EXO_DEVICE_MAX, "there is a virtio device with MSI-X");
    if (device == EXO_DEVICE_MAX)
        return;
    test_kernels_own();
    test_claim(device);
    test_registers_refused(device);
    expect(exo_device_interrupt(SLOT_CHILD, device, 63, 5), -EXO_E_NONE,
           "an interrupt that it does not have");
    expect(exo_device_interrupt(SLOT_OTHER, device, 0, 5), -EXO_E_CAP,
           "an interrupt of another's device");
    expect(exo_device_interrupt(SLOT_NOTHING, device, 0, 5), -EXO_E_RIGHT,
           "an interrupt without the right");
    expect(exo_device_interrupt(SLOT_CHILD, EXO_DEVICE_MAX - 1, 0, 5), -EXO_E_NONE,
           "an interrupt of no device");
    expect(exo_device_interrupt(SLOT_CHILD, device, 0, 5), 0, "an interrupt");
    expect(exo_device_claim(SLOT_CHILD, device, SLOT_CHILD, 1), 0, "give it back");
    check(!machine.devices[device].claimed, "the table shows it");
    int64_t error;

    do
        error = exo_device_claim(CAP_ROOT, device, CAP_ROOT, 0);
    while (error == -EXO_E_AGAIN); /* it is being reset */
    expect(error, 0, "claim it again");
    for (uint32_t b = 0; b < 6; b++)
        if (machine.devices[device].bar[b].address)
            expect(exo_device_read(CAP_ROOT, device, 0x10 + b * 4, 4) & ~15u,
                   (int64_t)(machine.devices[device].bar[b].address & 0xfffffff0),
                   "BAR %u is where it was", b);
    expect(exo_device_read(CAP_ROOT, device, 4, 2) & 4, 0, "it does not master the bus any more");
    expect(exo_device_claim(CAP_ROOT, device, CAP_ROOT, 1), 0, "give it back");
}
