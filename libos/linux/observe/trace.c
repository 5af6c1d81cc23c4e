/* SPDX-License-Identifier: MIT */
/*
 * trace.c - system calls, signals and exits of programs, told to the host as they happen.
 *
 * A watched call's row in the table of handlers leads here, so calls that are not watched cost nothing. What a call's
 * arguments point to is copied as the kinds in the call table say: before the call what the program gives, after it
 * what it gets. The host does the decoding.
 *
 * Options of the instance: `trace`: all, or names of calls with commas between them (none: only signals and exits);
 * `trace-bytes`: how much of data and of strings in arrays is copied.
 */
#include "libos/linux/call/call.h"
#include "libos/linux/observe/core.h"
#include "libos/linux/observe/kind.h"
#include "libos/linux/observe/debug.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/sig/signal.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define NR_EXECVE    59
#define TEXTS_MAX    64 /* strings of one array */
#define VECTOR_MAX   32 /* pieces of one iovec */
#define POINTERS_MAX 4096
#define LIST_MAX     4096 /* bytes of lists of entries, options and addresses */
#define ADDRESS_MAX  128
#define CONTROL_MAX  512

bool trace_on;
static uint32_t data_limit = RECORD_BYTES_USUAL;

struct watch {
    uint64_t argument[6];
    uint8_t kind[6];
    uint32_t kinds;
};

/* --- What arguments point to
 * ---------------------------------------------------------------------- */

static void capture_texts(uaddr_t array)
{
    uint64_t text;
    uint32_t count = 0;

    while (count < TEXTS_MAX && !get_user_u64(&text, array + count * 8ul) && text)
        count++;
    record_memory(array, (count + 1) * 8ul);
    for (uint32_t i = 0; i < count; i++)
        if (!get_user_u64(&text, array + i * 8ul))
            record_string(text, data_limit);
}

static void capture_pointers(uaddr_t array)
{
    uint64_t pointer;
    uint32_t count = 0;

    if (!array)
        return;
    while (count < POINTERS_MAX) {
        if (get_user_u64(&pointer, array + count * 8ul))
            return;
        if (!pointer)
            break;
        count++;
    }
    record_count(array, count);
}

/* The iovec, and of the first `bytes` bytes that it describes as much as is shown. */
static void capture_vector(uaddr_t vector, uint64_t count, uint64_t bytes)
{
    uint64_t pair[2];

    count = min_of(count, VECTOR_MAX);
    record_memory(vector, count * sizeof pair);
    for (uint64_t i = 0; i < count && bytes; i++) {
        if (copy_from_user(pair, vector + i * sizeof pair, sizeof pair))
            return;
        uint64_t here = min_of(pair[1], bytes);

        record_memory(pair[0], min_of(here, (uint64_t)data_limit));
        bytes -= here;
    }
}

static void capture_message(uaddr_t message, uint64_t bytes)
{
    struct {
        uint64_t name;
        uint32_t name_length, pad;
        uint64_t vector, vector_count, control, control_length, flags;
    } header;

    if (copy_from_user(&header, message, sizeof header))
        return;
    record_memory(message, sizeof header);
    record_memory(header.name, min_of(header.name_length, (uint32_t)ADDRESS_MAX));
    capture_vector(header.vector, header.vector_count, bytes);
    record_memory(header.control, min_of(header.control_length, (uint64_t)CONTROL_MAX));
}

static uint64_t next_argument(const struct watch *watch, uint32_t i)
{
    return i < 5 ? watch->argument[i + 1] : 0;
}

static void capture_before(const struct watch *watch, uint32_t i)
{
    uint32_t bytes;
    enum capture capture = kind_capture((enum kind)watch->kind[i], &bytes);
    uaddr_t at = watch->argument[i];
    uint64_t next = next_argument(watch, i);

    switch (capture) {
    case CAPTURE_TEXT:
        record_string(at, RECORD_TEXT_MAX);
        break;
    case CAPTURE_TEXTS:
        capture_texts(at);
        break;
    case CAPTURE_POINTERS:
        capture_pointers(at);
        break;
    case CAPTURE_IN:
    case CAPTURE_BOTH:
        record_memory(at, bytes);
        break;
    case CAPTURE_IN_COUNT:
        record_memory(at, min_of(next, (uint64_t)max_of(data_limit, ADDRESS_MAX)));
        break;
    case CAPTURE_BOTH_COUNT:
        record_memory(at, min_of((uint64_t)(uint32_t)next * bytes, (uint64_t)LIST_MAX));
        break;
    case CAPTURE_VECTOR_IN:
        capture_vector(at, next, UINT64_MAX);
        break;
    case CAPTURE_ADDRESS_IN:
        record_memory(at, min_of(next, (uint64_t)ADDRESS_MAX));
        break;
    case CAPTURE_MESSAGE_IN:
        capture_message(at, UINT64_MAX);
        break;
    default:
        break;
    }
}

static void capture_after(const struct watch *watch, uint32_t i, uint64_t result)
{
    uint32_t bytes;
    enum capture capture = kind_capture((enum kind)watch->kind[i], &bytes);
    uaddr_t at = watch->argument[i];
    uint64_t next = next_argument(watch, i);
    uint32_t length;

    switch (capture) {
    case CAPTURE_OUT:
    case CAPTURE_BOTH:
        record_memory(at, bytes);
        break;
    case CAPTURE_BOTH_COUNT:
        record_memory(at, min_of((uint64_t)(uint32_t)next * bytes, (uint64_t)LIST_MAX));
        break;
    case CAPTURE_OUT_RESULT:
        record_memory(at, min_of(result * bytes,
                                 (uint64_t)(watch->kind[i] == KIND_fill ? data_limit : LIST_MAX)));
        break;
    case CAPTURE_VECTOR_OUT:
        capture_vector(at, next, result);
        break;
    case CAPTURE_ADDRESS_OUT:
        if (at && !get_user_u32(&length, next))
            record_memory(at, min_of(length, (uint32_t)ADDRESS_MAX));
        break;
    case CAPTURE_MESSAGE_OUT:
        capture_message(at, result);
        break;
    default:
        break;
    }
}

/* --- Calls, signals, exits
 * ------------------------------------------------------------------------ */

static int64_t trace_call(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    uint64_t number = (uint64_t)task_call(current());
    struct watch watch = {.argument = {a, b, c, d, e, f}};
    struct record_call call = {.number = (uint32_t)number, .argument = {a, b, c, d, e, f}};
    struct record_result end = {.number = (uint32_t)number};

    watch.kinds = kinds_parse(call_arguments(number), watch.kind);
    record_begin(RECORD_CALL);
    record_add(&call, sizeof call);
    for (uint32_t i = 0; i < watch.kinds; i++)
        capture_before(&watch, i);
    record_end();
    end.result = call_perform(number, watch.argument);
    record_begin(RECORD_RESULT);
    record_add(&end, sizeof end);
    for (uint32_t i = 0; i < watch.kinds && end.result >= 0; i++)
        capture_after(&watch, i, (uint64_t)end.result);
    record_end();
    return end.result;
}

void trace_signal(const struct siginfo *info)
{
    static_assert(sizeof(struct siginfo) == sizeof(struct record_signal), "record.h");

    record_begin(RECORD_SIGNAL);
    record_add(info, sizeof *info);
    record_end();
}

void trace_exit(int wait_status)
{
    struct record_exit end = {.status = wait_status};

    record_begin(RECORD_EXIT);
    record_add(&end, sizeof end);
    record_end();
}

void trace_first(const char *path, const char *const *argv, const char *const *env)
{
    struct record_call call = {.number = NR_EXECVE,
                               .argument = {(uint64_t)path, (uint64_t)argv, (uint64_t)env}};
    struct record_result end = {.number = NR_EXECVE};
    uint32_t words = 0, variables = 0;

    if (!call_is_watched(NR_EXECVE))
        return;
    while (argv[words] && words < TEXTS_MAX)
        words++;
    while (env[variables])
        variables++;
    record_begin(RECORD_CALL);
    record_add(&call, sizeof call);
    record_chunk((uint64_t)path, path, (uint32_t)strlen(path), 0);
    record_chunk((uint64_t)argv, argv, (words + 1) * (uint32_t)sizeof *argv, 0);
    for (uint32_t i = 0; i < words; i++) {
        uint32_t length = (uint32_t)strlen(argv[i]);

        record_chunk((uint64_t)argv[i], argv[i], min_of(length, data_limit),
                     length > data_limit ? RECORD_CHUNK_CUT : 0);
    }
    record_count((uint64_t)env, variables);
    record_end();
    record_begin(RECORD_RESULT);
    record_add(&end, sizeof end);
    record_end();
}

/* --- Options
 * -------------------------------------------------------------------------------------- */

static void watch_name(const char *name, size_t length)
{
    for (uint64_t number = 0; number < CALL_COUNT; number++)
        if (strlen(call_name(number)) == length && !memcmp(call_name(number), name, length))
            call_watch(number, trace_call);
}

static void trace_start(const char *calls)
{
    trace_on = true;
    signal_trace_faults(true);
    if (!strcmp(calls, "all")) {
        for (uint64_t number = 0; number < CALL_COUNT; number++)
            call_watch(number, trace_call);
        return;
    }
    while (*calls) {
        const char *end = strchr(calls, ',');
        size_t length = end ? (size_t)(end - calls) : strlen(calls);

        watch_name(calls, length);
        calls += length + (end != NULL);
    }
}

void trace_request(const void *body, uint32_t bytes)
{
    static_assert(CALL_COUNT <= REQUEST_TRACE_CALLS, "record.h");
    struct request_trace request;

    if (bytes < sizeof request)
        return;
    memcpy(&request, body, sizeof request);
    trace_on = request.on;
    signal_trace_faults(trace_on || debuggers);
    data_limit = min_of(request.data_limit, RECORD_BYTES_MAX);
    for (uint64_t number = 0; number < CALL_COUNT; number++) {
        bool wanted = trace_on && request.calls[number / 32] >> number % 32 & 1;

        if (wanted != call_is_watched(number))
            call_watch(number, wanted ? trace_call : NULL);
    }
}

static uint32_t number_of(const char *text)
{
    uint32_t number = 0;

    for (; *text >= '0' && *text <= '9' && number < RECORD_BYTES_MAX; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    return min_of(number, RECORD_BYTES_MAX);
}

void observe_start(void)
{
    const uint32_t *pair = (const uint32_t *)((const uint8_t *)instance + instance->option_offset);

    for (uint32_t i = 0; i < instance->option_count; i++, pair += 2) {
        const char *name = (const char *)instance + pair[0];
        const char *value = (const char *)instance + pair[1];

        if (!strcmp(name, "trace-bytes"))
            data_limit = number_of(value);
        else if (!strcmp(name, "trace"))
            trace_start(value);
        else if (!strcmp(name, "core"))
            core_to_host();
    }
}
