/* SPDX-License-Identifier: MIT */
/*
 * observe.h - what a run makes of the records that its instances send.
 */
#pragma once
#include "tools/boot.h"

struct observe;
struct tracer_wish;

/* observe_new - what every run does: a report at the end. Gives. */
struct observe *observe_new(void);

/* observe_core - ask the LibOS for whole core files; the first goes to `path`, others to path.PID. */
void observe_core(struct observe *observe, struct request *request, const char *path);

/*
 * observe_trace - ask the LibOS for all calls, to be shown as strace does.
 *
 * request  gets the options for the LibOS
 * wish     how; NULL: on standard error with the usual limits
 */
void observe_trace(struct observe *observe, struct request *request,
                   const struct tracer_wish *wish);

/* observe_to - the trace goes to that descriptor instead of standard error. */
void observe_to(struct observe *observe, int fd);

/* observe_control - answers to what other commands ask go there. */
void observe_control(struct observe *observe, struct control *control);

/* observe_start, observe_end - before the session and after it. */
void observe_start(struct observe *observe, struct session_wish *wish);
void observe_end(struct observe *observe, const struct request *request,
                 const struct session_end *end);
