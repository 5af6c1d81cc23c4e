/* SPDX-License-Identifier: MIT */
/*
 * log.c - lines for the host, the report at the end, and the end of the instance.
 *
 * Lines go into the log ring; when it is full (init has not run yet) the oldest news is worth more than waiting,
 * so further lines are counted and dropped.
 */
#include "abi/exo_channel.h"
#include "exo_stubs.h"
#include "libos/linux/core.h"
#include "libos/linux/log.h"

#define LINE_MAX_BYTES 512
#define ONCE_MAX       512 /* different events remembered; afterwards everything counts as seen */

static uint32_t dropped;

static bool ring_put(const char *text, uint32_t bytes)
{
    struct instance_ring *ring = &streams->log;
    uint32_t written = ring->written;

    if (STREAM_LOG_BYTES - (written - ring->taken) < bytes)
        return false;
    for (uint32_t i = 0; i < bytes; i++)
        streams->log_bytes[(written + i) % STREAM_LOG_BYTES] = (uint8_t)text[i];
    __atomic_store_n(&ring->written, written + bytes, __ATOMIC_RELEASE);
    return true;
}

static void put_line(const char *prefix, const char *fmt, va_list arguments)
{
    char line[LINE_MAX_BYTES];
    int start = format(line, sizeof line, "%s", prefix);
    int length = start + format_list(line + start, sizeof line - (size_t)start - 1, fmt, arguments);

    if (length > (int)sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    if (dropped) {
        char note[64];
        int bytes = format(note, sizeof note, "log: %u lines lost\n", dropped);

        if (ring_put(note, (uint32_t)bytes))
            dropped = 0;
    }
    if (!ring_put(line, (uint32_t)length))
        dropped++;
    (void)exo_wake(0, instance->init_env, 1ul << STREAM_EVENT(instance->index));
}

void log_line(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    put_line("", fmt, arguments);
    va_end(arguments);
}

void summary_line(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    put_line("\001", fmt, arguments);
    va_end(arguments);
}

void log_once(uint64_t key, const char *fmt, ...)
{
    static uint64_t seen[ONCE_MAX];
    static uint32_t count;
    va_list arguments;

    for (uint32_t i = 0; i < count; i++)
        if (seen[i] == key)
            return;
    if (count == ONCE_MAX)
        return;
    seen[count++] = key;
    va_start(arguments, fmt);
    put_line("", fmt, arguments);
    va_end(arguments);
}

void instance_end(uint32_t kind, uint32_t code, const char *reason)
{
    streams->exit_kind = kind;
    streams->exit_code = code;
    format(streams->exit_reason, sizeof streams->exit_reason, "%s", reason);
    __atomic_store_n(&streams->exited, 1, __ATOMIC_RELEASE);
    for (;;) {
        (void)exo_wake(0, instance->init_env, 1ul << STREAM_EVENT(instance->index));
        (void)exo_sleep(0, 0, EXO_FOREVER);
    }
}

void panic(const char *fmt, ...)
{
    char reason[sizeof streams->exit_reason];
    int start = format(reason, sizeof reason, "Linux LibOS failed: ");
    va_list arguments;

    va_start(arguments, fmt);
    format_list(reason + start, sizeof reason - (size_t)start, fmt, arguments);
    va_end(arguments);
    instance_end(CHANNEL_FAILED, 125, reason);
}
