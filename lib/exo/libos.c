/* SPDX-License-Identifier: MIT */
/* libos.c - start, standard streams and end of an instance; see libos.h. */
#include "lib/exo/libos.h"
#include <stdbool.h>
#include "lib/exo/format.h"
#include "lib/exo/string.h"
#include "exo_stubs.h"
#include "lib/exo/ring.h"

#define TEXT_MAX 1024
_Noreturn void exo_start(const struct instance_start *start);

static void wake_init(void)
{
    (void)exo_wake(EXO_SLOT, exo_instance()->init_env, 1ull << STREAM_EVENT(exo_instance()->index));
}

_Noreturn static void sleep_for_ever(void)
{
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

_Noreturn static void end(uint32_t kind, uint32_t code)
{
    struct instance_streams *s = exo_streams();

    s->exit_kind = kind;
    s->exit_code = code;
    /* Pairs with init's acquire load: it sees the fields above and all output when it sees this. */
    __atomic_store_n(&s->exited, 1, __ATOMIC_RELEASE);
    wake_init();
    sleep_for_ever();
}

void exo_exit(uint32_t status)
{
    end(CHANNEL_EXITED, status & 255);
}

void exo_fail(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    format_list(exo_streams()->exit_reason, sizeof exo_streams()->exit_reason, fmt, arguments);
    va_end(arguments);
    end(CHANNEL_FAILED, 125);
}

void exo_start(const struct instance_start *start)
{
    if (start->magic != INSTANCE_MAGIC)
        exo_fail("the start block is not one that this LibOS knows: build init and LibOS from the "
                 "same source");
    exo_exit((uint32_t)exo_main(start));
}

const char *exo_arg(uint32_t i)
{
    const struct instance_start *s = exo_instance();
    const uint32_t *offset = (const uint32_t *)((const char *)s + s->arg_offset);

    return i < s->arg_count ? (const char *)s + offset[i] : NULL;
}

uint64_t exo_arg_number(uint32_t i, uint64_t most, const char *what)
{
    const char *text = exo_arg(i);
    uint64_t value = 0;

    if (!text)
        exo_fail("argument %u is missing: %s", i, what);
    for (const char *c = text; *c; c++)
        if (*c < '0' || *c > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value) || value > most)
            exo_fail("argument %u, `%s`, is no %s: a number of at most %lu", i, text, what,
                     (unsigned long)most);
    if (!*text)
        exo_fail("argument %u is empty: %s", i, what);
    return value;
}

const char *exo_option(const char *name)
{
    const struct instance_start *s = exo_instance();
    const uint32_t *offset = (const uint32_t *)((const char *)s + s->option_offset);

    for (uint32_t i = 0; i < s->option_count; i++)
        if (!strcmp((const char *)s + offset[2 * i], name))
            return (const char *)s + offset[2 * i + 1];
    return NULL;
}

/*
 * A program on lib/exo takes the default action of the host's signals: it ends. Looked at where it
 * waits; one with other wishes exchanges streams->signals with 0 before.
 */
static void take_signals(void)
{
    uint32_t signals = exo_streams()->signals;
    uint32_t fatal = 1u << CHANNEL_SIGNAL_HANGUP | 1u << CHANNEL_SIGNAL_INTERRUPT |
                     1u << CHANNEL_SIGNAL_QUIT | 1u << CHANNEL_SIGNAL_TERMINATE;

    if (signals & fatal)
        end(CHANNEL_SIGNALLED, (uint32_t)__builtin_ctz(signals & fatal));
}

/* Waits while the ring is full: init wakes us when it has taken from a ring that was more than half
 * full. */
static void write_ring(struct instance_ring *ring, uint8_t *to, uint32_t size, const uint8_t *bytes,
                       uint64_t count)
{
    while (count) {
        uint32_t part = count < size ? (uint32_t)count : size;
        uint32_t taken = ring->taken;
        uint32_t put = exo_ring_write(ring, to, size, bytes, part);

        if (put == EXO_RING_BROKEN)
            sleep_for_ever(); /* init is broken: there is nobody to tell */
        bytes += put;
        count -= put;
        wake_init();
        if (!put) {
            struct exo_sleep_word word = {.address = (uint64_t)&ring->taken, .value = taken};

            take_signals();
            (void)exo_sleep((uint64_t)&word, 1, EXO_FOREVER);
        }
    }
}

void exo_write(int stream, const void *bytes, uint64_t count)
{
    struct instance_streams *s = exo_streams();

    if (stream == 2)
        write_ring(&s->err, s->err_bytes, STREAM_ERR_BYTES, bytes, count);
    else
        write_ring(&s->out, s->out_bytes, STREAM_OUT_BYTES, bytes, count);
}

static uint32_t format_text(char *text, const char *fmt, va_list arguments)
{
    int length = format_list(text, TEXT_MAX, fmt, arguments);

    return length < TEXT_MAX ? (uint32_t)length : TEXT_MAX - 1;
}

void exo_print(const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list arguments;

    va_start(arguments, fmt);
    uint32_t length = format_text(text, fmt, arguments);

    va_end(arguments);
    exo_write(1, text, length);
}

void exo_log(const char *fmt, ...)
{
    struct instance_streams *s = exo_streams();
    char text[TEXT_MAX + 1];
    va_list arguments;

    va_start(arguments, fmt);
    uint32_t length = format_text(text, fmt, arguments);

    va_end(arguments);
    text[length++] = '\n';
    write_ring(&s->log, s->log_bytes, STREAM_LOG_BYTES, (const uint8_t *)text, length);
}

uint64_t exo_read(void *bytes, uint64_t count)
{
    struct instance_streams *s = exo_streams();

    for (;;) {
        bool end_of_input =
            __atomic_load_n(&s->in_end, __ATOMIC_ACQUIRE); /* before the ring: nothing follows it */
        struct exo_sleep_word words[2] = {
            {.address = (uint64_t)&s->in.written, .value = s->in.written},
            {.address = (uint64_t)&s->in_end, .value = end_of_input}};
        uint32_t got = exo_ring_take(&s->in, s->in_bytes, STREAM_IN_BYTES, bytes,
                                     count < STREAM_IN_BYTES ? (uint32_t)count : STREAM_IN_BYTES);

        if (got == EXO_RING_BROKEN)
            sleep_for_ever();
        if (got) {
            wake_init();
            return got;
        }
        if (end_of_input)
            return 0;
        take_signals();
        (void)exo_sleep((uint64_t)words, 2, EXO_FOREVER);
    }
}
