/* SPDX-License-Identifier: MIT */
/*
 * tracer.h - from records about calls, signals and exits to the lines that strace -f would print.
 */
#pragma once
#include "tools/record.h"

struct tracer_wish {
    unsigned string_limit; /* bytes of data and of strings in arrays that are shown */
    int summary;           /* a table at the end instead of lines */
    int spent;             /* -T: the time in each call */
    int stamps;            /* -t: seconds since the machine started before each line */
    int pids; /* every line begins with the task's number, not only when there are several */
};

struct tracer;

/* tracer_new - `wish` is copied. Gives. */
struct tracer *tracer_new(const struct tracer_wish *wish);

/* tracer_record - what the record says, appended to `out`. Malformed ones are passed over. */
void tracer_record(struct tracer *tracer, const struct record *record, const uint8_t *body,
                   size_t length, struct buffer *out);

/* tracer_end - nothing more comes: ends an open line; the table of a summary. */
void tracer_end(struct tracer *tracer, struct buffer *out);
