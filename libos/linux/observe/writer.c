/* SPDX-License-Identifier: MIT */
/*
 * writer.c - records into the ring that init carries to the host.
 *
 * Nothing is lost: who has something to tell waits for room, as a writer to a pipe does. A record is built in one place
 * of memory, so between begin and end nobody may sleep.
 */
#include "exo_stubs.h"
#include "lib/exo/ring.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

static union {
    struct record record;
    uint8_t bytes[RECORD_MAX];
} building;
static uint32_t length;
static struct waitq room_wait;
static bool ready;

static uint32_t ring_room(void)
{
    uint32_t used = exo_ring_used(&streams->record, STREAM_RECORD_BYTES);

    if (used == EXO_RING_BROKEN)
        panic("the record ring is broken: written %u, taken %u", streams->record.written,
              streams->record.taken);
    return STREAM_RECORD_BYTES - used;
}

static void wake_init(void)
{
    (void)exo_wake(0, instance->init_env, 1ul << STREAM_EVENT(instance->index));
}

static void wait_room(void)
{
    struct waiter waiter;

    if (!ready)
        waitq_init(&room_wait);
    ready = true;
    waiter_init(&waiter);
    while (ring_room() < RECORD_MAX) {
        wait_add(&room_wait, &waiter);
        wake_init();
        (void)task_sleep_uninterruptible(NO_DEADLINE);
    }
    wait_remove(&waiter);
}

void observe_event(void)
{
    request_event();
    if (ready && ring_room() >= RECORD_MAX)
        waitq_wake(&room_wait);
}

bool record_try(enum record_type type, int pid)
{
    if (ring_room() < RECORD_MAX)
        return false;
    building.record =
        (struct record){.type = (uint16_t)type, .time_ns = now_ns(), .pid = pid, .tid = pid};
    length = sizeof building.record;
    return true;
}

void record_begin(enum record_type type)
{
    struct task *task = current();

    if (ring_room() < RECORD_MAX)
        wait_room();
    building.record = (struct record){
        .type = (uint16_t)type, .time_ns = now_ns(), .pid = task->process->pid, .tid = task->tid};
    length = sizeof building.record;
}

uint32_t record_room(void)
{
    return RECORD_MAX - length;
}

/* What is added is padded, so chunks start at multiples of 8. */
static void pad(void)
{
    while (length % 8)
        building.bytes[length++] = 0;
}

void record_add(const void *bytes, uint32_t count)
{
    if (count > record_room())
        panic("a record of type %u is too long", building.record.type);
    memcpy(building.bytes + length, bytes, count);
    length += count;
    pad();
}

void record_text(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    length +=
        (uint32_t)format_list((char *)building.bytes + length, RECORD_MAX - length, fmt, arguments);
    va_end(arguments);
    length = min_of(length, RECORD_MAX - 1); /* cut short: as much as fits and a NUL */
}

static void chunk_end(uaddr_t address, uint32_t bytes, uint32_t flags)
{
    struct record_chunk chunk = {.address = address, .bytes = bytes, .flags = flags};

    memcpy(building.bytes + length, &chunk, sizeof chunk);
    length += (uint32_t)sizeof chunk + bytes;
    pad();
}

/* Where the bytes of the next chunk go; at most *bytes of them fit. */
static uint8_t *chunk_place(uint64_t *bytes)
{
    uint32_t room = record_room();

    if (room < sizeof(struct record_chunk) + 8)
        return NULL;
    *bytes = min_of(*bytes, (uint64_t)(room - sizeof(struct record_chunk)) & ~7ul);
    return building.bytes + length + sizeof(struct record_chunk);
}

int record_user(uaddr_t address, uint32_t bytes)
{
    if (bytes > record_room() || copy_from_user(building.bytes + length, address, bytes))
        return -EFAULT;
    length += bytes;
    return 0;
}

void record_chunk(uint64_t address, const void *bytes, uint32_t count, uint32_t flags)
{
    uint64_t fit = count;
    uint8_t *to = chunk_place(&fit);

    if (!to)
        return;
    memcpy(to, bytes, fit);
    chunk_end(address, (uint32_t)fit, flags | (fit < count ? RECORD_CHUNK_CUT : 0));
}

void record_memory(uaddr_t address, uint64_t bytes)
{
    uint64_t fit = bytes;
    uint8_t *to = chunk_place(&fit);

    if (to && address && fit && !copy_from_user(to, address, fit))
        chunk_end(address, (uint32_t)fit, fit < bytes ? RECORD_CHUNK_CUT : 0);
}

void record_string(uaddr_t address, uint32_t limit)
{
    uint64_t fit = limit;
    uint8_t *to = chunk_place(&fit);

    if (!to || !address)
        return;
    int64_t got = string_from_user((char *)to, address, fit);

    if (got >= 0)
        chunk_end(address, (uint32_t)got, 0);
    else if (got == -ENAMETOOLONG)
        chunk_end(address, (uint32_t)fit, RECORD_CHUNK_CUT);
}

void record_count(uaddr_t address, uint32_t count)
{
    record_chunk(address, &count, sizeof count, RECORD_CHUNK_COUNT);
}

void record_end(void)
{
    pad();
    building.record.length = length;
    if (exo_ring_write(&streams->record, streams->record_bytes, STREAM_RECORD_BYTES, building.bytes,
                       length) != length)
        panic("a record of %u bytes did not fit", length);
    wake_init();
}
