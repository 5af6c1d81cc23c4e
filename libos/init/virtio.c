/* SPDX-License-Identifier: MIT */
/*
 * virtio.c - modern virtio over PCI as a LibOS driver: the kernel knows nothing of it.
 *
 * Configuration space is reached by kernel calls, registers by mapped BARs. A descriptor stands for
 * one buffer for good, so a returned id is a buffer number: in range and owned by the device, or
 * the queue is declared broken.
 */
#include "libos/init/virtio.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

#define VENDOR_VIRTIO       0x1af4
#define PCI_COMMAND         0x04
#define PCI_COMMAND_MEMORY  0x2
#define PCI_COMMAND_MASTER  0x4
#define PCI_COMMAND_NO_INTX 0x400
#define PCI_CAPABILITIES    0x34
#define CAPABILITY_VENDOR   0x09
#define CAPABILITIES_MAX    48

#define CFG_COMMON 1
#define CFG_NOTIFY 2

/* Common configuration registers. */
#define COMMON_DEVICE_SELECT   0
#define COMMON_DEVICE_FEATURES 4
#define COMMON_DRIVER_SELECT   8
#define COMMON_DRIVER_FEATURES 12
#define COMMON_CONFIG_VECTOR   16
#define COMMON_STATUS          20
#define COMMON_QUEUE_SELECT    22
#define COMMON_QUEUE_SIZE      24
#define COMMON_QUEUE_VECTOR    26
#define COMMON_QUEUE_ENABLE    28
#define COMMON_QUEUE_NOTIFY    30
#define COMMON_QUEUE_DESC      32
#define COMMON_QUEUE_DRIVER    40
#define COMMON_QUEUE_DEVICE    48
#define COMMON_BYTES           56

#define STATUS_ACKNOWLEDGE     1
#define STATUS_DRIVER          2
#define STATUS_DRIVER_OK       4
#define STATUS_FEATURES_OK     8
#define FEATURE_VERSION_1_HIGH 1u /* bit 32 */
#define NO_VECTOR              0xffff

#define DESC_WRITE   2 /* the device writes the buffer */
#define AVAIL_OFFSET 1024
#define USED_OFFSET  2048
#define AVAIL_QUIET  1
#define BAR_STRIDE   0x1000000

static uint32_t config_read(const struct virtio_device *device, uint32_t offset, uint32_t width)
{
    int64_t value = exo_device_read(CAP_ROOT, device->row, offset, width);

    return value < 0 ? UINT32_MAX : (uint32_t)value;
}

static uint8_t read8(const struct virtio_device *d, uint32_t at)
{
    return d->common[at];
}

static void write8(struct virtio_device *d, uint32_t at, uint8_t value)
{
    d->common[at] = value;
}

static uint16_t read16(const struct virtio_device *d, uint32_t at)
{
    return *(volatile uint16_t *)(d->common + at);
}

static void write16(struct virtio_device *d, uint32_t at, uint16_t value)
{
    *(volatile uint16_t *)(d->common + at) = value;
}

static uint32_t read32(const struct virtio_device *d, uint32_t at)
{
    return *(volatile uint32_t *)(d->common + at);
}

static void write32(struct virtio_device *d, uint32_t at, uint32_t value)
{
    *(volatile uint32_t *)(d->common + at) = value;
}

static void write64(struct virtio_device *d, uint32_t at, uint64_t value)
{
    write32(d, at, (uint32_t)value);
    write32(d, at + 4, (uint32_t)(value >> 32));
}

/* Maps `bytes` of a BAR; NULL when they are not inside it or cannot be mapped. */
static volatile uint8_t *map_bar(const struct virtio_device *device, uint32_t bar, uint32_t offset,
                                 uint32_t bytes)
{
    if (bar >= 6)
        return NULL;
    uint64_t base = machine.devices[device->row].bar[bar].address;
    uint64_t length = machine.devices[device->row].bar[bar].length;

    if (!base || offset > length || bytes > length - offset || bytes > BAR_STRIDE || !bytes)
        return NULL;
    uint64_t first = (base + offset) >> EXO_PAGE_SHIFT;
    uint64_t last = (base + offset + bytes - 1) >> EXO_PAGE_SHIFT;
    uint64_t in_bar = (first << EXO_PAGE_SHIFT) - (base & ~(uint64_t)(EXO_PAGE_SIZE - 1));
    uint64_t address = INIT_REGISTERS + (uint64_t)bar * BAR_STRIDE * 16 + in_bar;
    int64_t result =
        exo_map(&machine.space, address, first, last - first + 1,
                EXO_PTE_WRITE | EXO_PTE_UNCACHED | EXO_PTE_THROUGH | EXO_PTE_NO_EXECUTE);

    return result < 0 ? NULL
                      : (volatile uint8_t *)(address + ((base + offset) & (EXO_PAGE_SIZE - 1)));
}

/* Walks the capability list, at most CAPABILITIES_MAX links of it. */
static const char *map_registers(struct virtio_device *device)
{
    uint32_t at = config_read(device, PCI_CAPABILITIES, 1) & 0xfc;

    for (int i = 0; i < CAPABILITIES_MAX && at >= 0x40; i++) {
        uint32_t head = config_read(device, at, 4); /* id, next, length, type */
        uint32_t type = head >> 24;

        if ((head & 0xff) == CAPABILITY_VENDOR && at <= 0xec &&
            (type == CFG_COMMON || type == CFG_NOTIFY)) {
            uint32_t bar = config_read(device, at + 4, 1);
            uint32_t offset = config_read(device, at + 8, 4);
            uint32_t bytes = config_read(device, at + 12, 4);
            volatile uint8_t *registers = map_bar(device, bar, offset, bytes);

            if (type == CFG_COMMON && !device->common && bytes >= COMMON_BYTES) {
                device->common = registers;
            } else if (type == CFG_NOTIFY && !device->notify) {
                device->notify = registers;
                device->notify_bytes = bytes;
                device->notify_multiplier = config_read(device, at + 16, 4);
            }
        }
        at = (head >> 8) & 0xfc;
    }
    if (!device->common)
        return "the console device has no usable common registers";
    return device->notify ? NULL : "the console device has no usable notification registers";
}

static const char *negotiate(struct virtio_device *d)
{
    write8(d, COMMON_STATUS, 0);
    for (uint32_t i = 0; read8(d, COMMON_STATUS); i++)
        if (i == 1000000)
            return "the console device does not reset";
    write8(d, COMMON_STATUS, STATUS_ACKNOWLEDGE);
    write8(d, COMMON_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    write32(d, COMMON_DEVICE_SELECT, 1);
    if (!(read32(d, COMMON_DEVICE_FEATURES) & FEATURE_VERSION_1_HIGH))
        return "the console device is not a modern virtio device: use disable-legacy=on";
    write32(d, COMMON_DRIVER_SELECT, 0);
    write32(d, COMMON_DRIVER_FEATURES, 0);
    write32(d, COMMON_DRIVER_SELECT, 1);
    write32(d, COMMON_DRIVER_FEATURES, FEATURE_VERSION_1_HIGH);
    write8(d, COMMON_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    if (!(read8(d, COMMON_STATUS) & STATUS_FEATURES_OK))
        return "the console device refuses the features";
    write16(d, COMMON_CONFIG_VECTOR, NO_VECTOR);
    return NULL;
}

bool virtio_open(struct virtio_device *device, uint16_t id, const char **reason)
{
    *reason = NULL;
    *device = (struct virtio_device){.row = EXO_DEVICE_MAX};
    for (uint32_t i = 0; i < EXO_DEVICE_MAX; i++) {
        const volatile struct exo_device *row = &machine.devices[i];

        if (row->present && row->vendor == VENDOR_VIRTIO && row->device == id) {
            device->row = i;
            break;
        }
    }
    if (device->row == EXO_DEVICE_MAX)
        return false;
    *reason = "the console device is taken";
    if (exo_device_claim(CAP_ROOT, device->row, CAP_ROOT, 0) < 0)
        return false;
    *reason = "the console device's command register cannot be written";
    if (exo_device_write(CAP_ROOT, device->row, PCI_COMMAND, 2,
                         PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_INTX) < 0)
        return false;
    *reason = map_registers(device);
    if (!*reason)
        *reason = negotiate(device);
    return !*reason;
}

static const char *queue_memory(struct virtio_queue *queue, uint64_t address,
                                uint64_t *ring_physical)
{
    uint64_t pages = ((uint64_t)queue->size * queue->buffer_bytes) >> EXO_PAGE_SHIFT;
    uint64_t first = frames_take(CAP_ROOT, pages + 1); /* the device needs them in a row */

    if (!first)
        return "no memory for the console's queues";
    if (exo_map(&machine.space, address, first, pages + 1, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE) < 0)
        return "the console's queues cannot be mapped";
    memset((void *)address, 0, EXO_PAGE_SIZE);
    queue->ring = (volatile uint8_t *)address;
    queue->buffers = (uint8_t *)address + EXO_PAGE_SIZE;
    queue->buffer_physical = (first + 1) << EXO_PAGE_SHIFT;
    *ring_physical = first << EXO_PAGE_SHIFT;
    return NULL;
}

const char *virtio_queue_open(struct virtio_device *device, struct virtio_queue *queue,
                              uint16_t index, uint32_t buffer_bytes, uint64_t address,
                              uint32_t event)
{
    uint64_t ring_physical;

    *queue = (struct virtio_queue){
        .index = index, .buffer_bytes = buffer_bytes, .size = VIRTIO_QUEUE_MAX};
    write16(device, COMMON_QUEUE_SELECT, index);
    uint16_t limit = read16(device, COMMON_QUEUE_SIZE);

    while (queue->size > limit)
        queue->size /= 2;
    if (!queue->size)
        return "the console device lacks a queue";
    const char *wrong = queue_memory(queue, address, &ring_physical);

    if (wrong)
        return wrong;
    if (exo_device_interrupt(CAP_ROOT, device->row, index, event) < 0)
        return "the console device has no interrupt for a queue";
    write16(device, COMMON_QUEUE_SIZE, queue->size);
    write16(device, COMMON_QUEUE_VECTOR, index);
    if (read16(device, COMMON_QUEUE_VECTOR) != index)
        return "the console device refuses the interrupt vector";
    uint64_t notify = (uint64_t)read16(device, COMMON_QUEUE_NOTIFY) * device->notify_multiplier;

    if (notify > device->notify_bytes || device->notify_bytes - notify < 2)
        return "the console device's notification register lies outside its BAR";
    queue->notify = (volatile uint16_t *)(device->notify + notify);
    write64(device, COMMON_QUEUE_DESC, ring_physical);
    write64(device, COMMON_QUEUE_DRIVER, ring_physical + AVAIL_OFFSET);
    write64(device, COMMON_QUEUE_DEVICE, ring_physical + USED_OFFSET);
    write16(device, COMMON_QUEUE_ENABLE, 1);
    for (uint16_t i = 0; i < queue->size; i++)
        queue->free[queue->free_count++] = (uint16_t)(queue->size - 1 - i);
    return NULL;
}

void virtio_start(struct virtio_device *device)
{
    write8(device, COMMON_STATUS,
           STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
}

int virtio_queue_get(struct virtio_queue *queue)
{
    return queue->free_count && !queue->broken ? queue->free[--queue->free_count] : -1;
}

void virtio_queue_free(struct virtio_queue *queue, int buffer)
{
    queue->free[queue->free_count++] = (uint16_t)buffer;
}

void virtio_queue_put(struct virtio_queue *queue, int buffer, uint32_t bytes, bool from_device)
{
    volatile uint8_t *descriptor = queue->ring + (uint32_t)buffer * 16;
    volatile uint16_t *avail = (volatile uint16_t *)(queue->ring + AVAIL_OFFSET);
    uint16_t at = avail[1];

    *(volatile uint64_t *)descriptor =
        queue->buffer_physical + (uint32_t)buffer * queue->buffer_bytes;
    *(volatile uint32_t *)(descriptor + 8) = bytes;
    *(volatile uint16_t *)(descriptor + 12) = from_device ? DESC_WRITE : 0;
    *(volatile uint16_t *)(descriptor + 14) = 0;
    avail[2 + at % queue->size] = (uint16_t)buffer;
    queue->busy[buffer] = true;
    /* The device may look as soon as the index moves: descriptor and ring entry must be there
     * before. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    avail[1] = (uint16_t)(at + 1);
}

void virtio_queue_notify(struct virtio_queue *queue)
{
    volatile uint16_t *used = (volatile uint16_t *)(queue->ring + USED_OFFSET);

    __atomic_thread_fence(
        __ATOMIC_SEQ_CST); /* index before flags: the device does it the other way round */
    if (!(used[0] & 1))
        *queue->notify = queue->index;
}

int virtio_queue_done(struct virtio_queue *queue, uint32_t *bytes)
{
    const volatile uint8_t *used = queue->ring + USED_OFFSET;
    uint16_t index = *(const volatile uint16_t *)(used + 2);

    if (queue->broken || index == queue->next_used)
        return -1;
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the entry is read after the index */
    const volatile uint32_t *entry =
        (const volatile uint32_t *)(used + 4) + queue->next_used % queue->size * 2u;
    uint32_t id = entry[0];
    uint32_t length = entry[1];

    queue->next_used++;
    if ((uint16_t)(index - queue->next_used) >= queue->size || id >= queue->size ||
        !queue->busy[id] || length > queue->buffer_bytes) {
        queue->broken = true;
        return -1;
    }
    queue->busy[id] = false;
    *bytes = length;
    return (int)id;
}

void virtio_queue_quiet(struct virtio_queue *queue, bool quiet)
{
    *(volatile uint16_t *)(queue->ring + AVAIL_OFFSET) = quiet ? AVAIL_QUIET : 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the flag is out before the caller looks once more */
}
