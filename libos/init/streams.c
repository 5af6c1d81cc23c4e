/* SPDX-License-Identifier: MIT */
/*
 * streams.c - moving bytes between an instance's rings and the channel.
 *
 * The rings are shared with an instance that may be hostile: counters are checked at each look, and
 * an impossible one ends the instance. Output waits in the ring while the host does not read; input
 * never waits here, because the host sends no more than the ring has room for (CREDIT). Without a
 * console device output goes to the kernel's console, and input is at its end.
 */
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/ring.h"
#include "libos/init/channel.h"
#include "libos/init/init.h"
#include "libos/init/instance.h"

static bool broken(struct instance *instance, const char *ring)
{
    instance_fail(instance, 125, "instance %s: its %s ring is damaged: the LibOS is broken",
                  instance->config->name, ring);
    return true;
}

static void wake_instance(const struct instance *instance)
{
    (void)exo_wake(CAP_ROOT, instance->env, 1ull << STREAM_EVENT_IN);
}

bool instance_is_stopped(const struct instance *instance)
{
    uint64_t frame = instance->env & ((1ull << EXO_ENV_FRAME_BITS) - 1);

    return machine.frames[frame].kind == EXO_FRAME_ENV && machine.frames[frame].level == 1;
}

/* --- Output
 * ------------------------------------------------------------------------------------------- */

/* One piece of an output ring to the host. True: something moved (or the instance was ended). */
static bool pump_ring(struct instance *instance, struct instance_ring *ring, const uint8_t *bytes,
                      uint32_t size, enum channel_type type)
{
    uint32_t used = exo_ring_used(ring, size);

    if (used == EXO_RING_BROKEN)
        return broken(instance, type == CHANNEL_STDOUT   ? "output"
                                : type == CHANNEL_STDERR ? "error"
                                                         : "record");
    if (!used)
        return false;
    instance->wrote |= type == CHANNEL_STDOUT;
    if (channel_is_up()) {
        uint8_t *space = channel_space();

        if (!space)
            return false;
        uint32_t count = exo_ring_take(ring, bytes, size, space, CHANNEL_PIECE_MAX);

        if (count == EXO_RING_BROKEN)
            return broken(instance, "output");
        channel_send(type, instance->index, count);
    } else {
        char piece[EXO_CONSOLE_MAX];
        uint32_t count = exo_ring_take(ring, bytes, size, piece, sizeof piece);

        if (count == EXO_RING_BROKEN)
            return broken(instance, "output");
        if (type != CHANNEL_RECORD) /* nobody who understands records listens */
            console_text(piece, count);
    }
    if (used > size / 2)
        wake_instance(instance);
    return true;
}

/* The collected line goes out. False: no buffer is free. */
static bool send_line(struct instance *instance)
{
    const char *line = instance->log_line;
    uint32_t bytes = instance->log_bytes;
    enum channel_type type = CHANNEL_LOG;

    if (bytes && line[0] == '\001') {
        type = CHANNEL_SUMMARY;
        line++;
        bytes--;
    }
    if (channel_is_up()) {
        if (!channel_put(type, instance->index, line, bytes))
            return false;
    } else {
        console_text(line, bytes);
        console_text("\n", 1);
    }
    instance->log_bytes = 0;
    return true;
}

/* Log bytes become lines; a line longer than the buffer goes out in pieces. */
static bool pump_log(struct instance *instance)
{
    struct instance_streams *s = instance->streams;
    char piece[256];
    uint32_t used = exo_ring_used(&s->log, STREAM_LOG_BYTES);
    uint32_t got = exo_ring_peek(&s->log, s->log_bytes, STREAM_LOG_BYTES, piece, sizeof piece);
    uint32_t done = 0;

    if (got == EXO_RING_BROKEN || used == EXO_RING_BROKEN)
        return broken(instance, "log");
    while (done < got) {
        bool full = instance->log_bytes == sizeof instance->log_line;

        if (full || piece[done] == '\n') {
            if (!send_line(instance))
                break;
            done += !full;
        } else {
            instance->log_line[instance->log_bytes++] = piece[done++];
        }
    }
    exo_ring_skip(&s->log, done);
    if (done && used > STREAM_LOG_BYTES / 2)
        wake_instance(instance);
    return done;
}

/* Tells the host how much of a ring of its bytes the instance has taken. */
static bool pump_credit(struct instance *instance, const struct instance_ring *ring, uint32_t size,
                        uint32_t *credited, enum channel_type type)
{
    uint32_t used = exo_ring_used(ring, size);

    if (used == EXO_RING_BROKEN)
        return broken(instance, type == CHANNEL_CREDIT ? "input" : "request");
    uint32_t taken = ring->written - used;
    uint32_t owed = taken - *credited;

    if (!owed || (owed < size / 4 && used) || !channel_is_up())
        return false;
    if (!channel_put(type, instance->index, &owed, sizeof owed))
        return false;
    *credited = taken;
    return true;
}

static bool pump_credits(struct instance *instance)
{
    struct instance_streams *s = instance->streams;

    return pump_credit(instance, &s->in, STREAM_IN_BYTES, &instance->credited, CHANNEL_CREDIT) |
           pump_credit(instance, &s->request, STREAM_REQUEST_BYTES, &instance->request_credited,
                       CHANNEL_REQUEST_CREDIT);
}

/* All rings once; true: something moved. */
static bool pump_all(struct instance *instance)
{
    struct instance_streams *s = instance->streams;

    return pump_log(instance) |
           pump_ring(instance, &s->out, s->out_bytes, STREAM_OUT_BYTES, CHANNEL_STDOUT) |
           pump_ring(instance, &s->err, s->err_bytes, STREAM_ERR_BYTES, CHANNEL_STDERR) |
           pump_ring(instance, &s->record, s->record_bytes, STREAM_RECORD_BYTES, CHANNEL_RECORD);
}

static bool drained(const struct instance *instance)
{
    const struct instance_streams *s = instance->streams;

    /* A damaged ring is never drained again: nothing sensible is in it. */
    uint32_t out = exo_ring_used(&s->out, STREAM_OUT_BYTES);
    uint32_t err = exo_ring_used(&s->err, STREAM_ERR_BYTES);
    uint32_t log = exo_ring_used(&s->log, STREAM_LOG_BYTES);
    uint32_t record = exo_ring_used(&s->record, STREAM_RECORD_BYTES);

    return (!out || out == EXO_RING_BROKEN) && (!err || err == EXO_RING_BROKEN) &&
           (!log || log == EXO_RING_BROKEN) && (!record || record == EXO_RING_BROKEN);
}

/* --- The end
 * ------------------------------------------------------------------------------------------ */

/* What the instance says about its exit: a copy, then checked. */
static void read_exit(struct instance *instance)
{
    const struct instance_streams *s = instance->streams;
    struct channel_exit exit = {.kind = s->exit_kind, .code = s->exit_code};
    uint32_t i;

    for (i = 0; i < sizeof instance->reason - 1 && i < sizeof s->exit_reason; i++) {
        instance->reason[i] = s->exit_reason[i];
        if (!instance->reason[i])
            break;
    }
    instance->reason[i] = '\0';
    bool ok = (exit.kind == CHANNEL_EXITED && exit.code < 256) ||
              (exit.kind == CHANNEL_SIGNALLED && exit.code < 65) ||
              (exit.kind == CHANNEL_FAILED && exit.code >= 125 && exit.code <= 127);

    if (!ok) {
        instance_fail(instance, 125, "instance %s: it ended with a malformed status",
                      instance->config->name);
        return;
    }
    instance->exit = exit;
    instance->state = INSTANCE_ENDING;
}

static bool send_exit(struct instance *instance)
{
    struct {
        struct channel_exit exit;
        char reason[sizeof instance->reason];
    } payload = {.exit = instance->exit};
    uint32_t length = (uint32_t)strlen(instance->reason);

    memcpy(payload.reason, instance->reason, length);
    if (!channel_is_up()) {
        init_log("init: instance %s ended: kind %u, code %u%s%s", instance->config->name,
                 instance->exit.kind, instance->exit.code, length ? ": " : "", instance->reason);
        return true;
    }
    return channel_put(CHANNEL_EXIT, instance->index, &payload,
                       (uint32_t)sizeof payload.exit + length);
}

bool instance_pump(struct instance *instance)
{
    bool moved = false;

    if (instance->state == INSTANCE_RUNNING) {
        /* Pairs with the LibOS's release store: all its output is in the rings and the exit fields
         * are written. */
        if (__atomic_load_n(&instance->streams->exited, __ATOMIC_ACQUIRE)) {
            read_exit(instance);
            moved = true;
        } else if (instance_is_stopped(instance)) {
            instance_fail(
                instance, 125,
                instance->forced
                    ? "instance %s: its LibOS did not survive the loss of memory that it had "
                      "not given back when asked"
                    : "instance %s: its LibOS trapped and had no handler left; see the log (-v)",
                instance->config->name);
            moved = true;
        } else {
            moved |= pump_credits(instance);
        }
    }
    if (instance->state != INSTANCE_RUNNING && instance->state != INSTANCE_ENDING)
        return moved;
    if (instance->streams)
        moved |= pump_all(instance);
    if (instance->state != INSTANCE_ENDING || (instance->streams && !drained(instance)))
        return moved;
    if (instance->log_bytes && !send_line(instance))
        return moved;
    if (!instance->exit_sent)
        instance->exit_sent = send_exit(instance);
    if (instance->exit_sent)
        instance->state = INSTANCE_REAPING;
    return moved || instance->exit_sent;
}

/* --- Input
 * -------------------------------------------------------------------------------------------- */

static bool take_in(struct instance *instance, struct instance_ring *ring, uint8_t *to,
                    uint32_t size, const uint8_t *bytes, uint32_t count)
{
    uint32_t put = exo_ring_write(ring, to, size, bytes, count);

    if (put == EXO_RING_BROKEN)
        return broken(instance, "input");
    if (put < count)
        return false; /* more than it had credit for */
    wake_instance(instance);
    return true;
}

bool instance_input(struct instance *instance, const uint8_t *bytes, uint32_t count)
{
    struct instance_streams *s = instance->streams;

    return instance->state != INSTANCE_RUNNING || /* else nobody is there to read it */
           take_in(instance, &s->in, s->in_bytes, STREAM_IN_BYTES, bytes, count);
}

bool instance_request(struct instance *instance, const uint8_t *bytes, uint32_t count)
{
    struct instance_streams *s = instance->streams;

    return instance->state != INSTANCE_RUNNING ||
           take_in(instance, &s->request, s->request_bytes, STREAM_REQUEST_BYTES, bytes, count);
}

bool instance_input_end(struct instance *instance)
{
    if (instance->state == INSTANCE_RUNNING) {
        __atomic_store_n(&instance->streams->in_end, 1, __ATOMIC_RELEASE);
        wake_instance(instance);
    }
    return true;
}

bool instance_signal(struct instance *instance, uint32_t signal)
{
    if (signal > 31)
        return false;
    if (instance->state == INSTANCE_RUNNING) {
        __atomic_fetch_or(&instance->streams->signals, 1u << signal, __ATOMIC_SEQ_CST);
        wake_instance(instance);
    }
    return true;
}

bool instance_window(struct instance *instance, uint16_t rows, uint16_t columns)
{
    if (instance->state == INSTANCE_RUNNING) {
        __atomic_store_n(&instance->streams->window, (uint32_t)rows << 16 | columns,
                         __ATOMIC_RELEASE);
        wake_instance(instance);
    }
    return true;
}
