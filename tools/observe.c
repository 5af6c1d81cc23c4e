/* SPDX-License-Identifier: MIT */
/*
 * observe.c - what a run makes of the records that its instances send.
 */
#define _GNU_SOURCE
#include "tools/observe.h"
#include "abi/exo_manifest.h"
#include "tools/control.h"
#include "tools/record.h"
#include "tools/strace/tracer.h"
#include "tools/why/report.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct observe {
    struct record_reader reader[MANIFEST_INSTANCES_MAX];
    struct tracer *tracer; /* NULL: calls are not shown */
    int trace_fd;
    struct report *report;
    struct control *control; /* NULL: nobody asks */
    unsigned instance;       /* whose records are read */
    int with_core;
    struct buffer *text; /* where what is shown goes, while records are read */
};

struct observe *observe_new(void)
{
    struct observe *observe = allocate(sizeof *observe);

    observe->trace_fd = STDERR_FILENO;
    observe->report = report_new(NULL);
    return observe;
}

static void observe_option(struct request *request, const char *name, char *value)
{
    text_list_add(&request->option, text_copy(name));
    text_list_add(&request->option, value);
}

void observe_core(struct observe *observe, struct request *request, const char *path)
{
    observe->report = report_new(path);
    observe->with_core = 1;
    observe_option(request, "core", text_copy("1"));
}

void observe_trace(struct observe *observe, struct request *request, const struct tracer_wish *wish)
{
    static const struct tracer_wish usual = {.string_limit = RECORD_BYTES_USUAL};

    wish = wish ? wish : &usual;
    observe->tracer = tracer_new(wish);
    observe_option(request, "trace-bytes", text_format("%u", wish->string_limit));
    observe_option(request, "trace", text_copy("all"));
}

void observe_control(struct observe *observe, struct control *control)
{
    observe->control = control;
}

void observe_to(struct observe *observe, int fd)
{
    observe->trace_fd = fd;
}

static void observe_record(void *context, const struct record *record, const uint8_t *body,
                           size_t length)
{
    struct observe *observe = context;

    if (observe->tracer)
        tracer_record(observe->tracer, record, body, length, observe->text);
    report_record(observe->report, record, body, length);
    if (observe->control)
        control_record(observe->control, observe->instance, record, body, length);
}

static void observe_bytes(void *context, unsigned instance, const char *bytes, size_t length,
                          struct buffer *text)
{
    struct observe *observe = context;

    if (instance >= MANIFEST_INSTANCES_MAX)
        return;
    observe->text = text;
    observe->instance = instance;
    (void)record_read(&observe->reader[instance], bytes, length, observe_record, observe);
}

void observe_start(struct observe *observe, struct session_wish *wish)
{
    wish->records = observe_bytes;
    wish->records_context = observe;
    wish->records_fd = observe->trace_fd;
    wish->is_traced = observe->tracer != NULL;
}

static void observe_write(int fd, const struct buffer *text)
{
    size_t done = 0;

    while (done < text->length) {
        ssize_t count = write(fd, text->bytes + done, text->length - done);

        if (count > 0)
            done += (size_t)count;
        else if (count < 0 && errno != EINTR)
            return; /* the run is over, and its status is the program's */
    }
}

void observe_end(struct observe *observe, const struct request *request,
                 const struct session_end *end)
{
    struct buffer text = {0};

    if (observe->tracer) {
        tracer_end(observe->tracer, &text);
        observe_write(observe->trace_fd, &text);
        buffer_free(&text);
    }
    report_save(observe->report, request, end);
    if (observe->with_core)
        report_cores(observe->report);
}
