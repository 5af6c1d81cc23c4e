/* SPDX-License-Identifier: MIT */
/*
 * report.h - what is known about a run after it has ended: kept in the state directory for `lorica why`.
 *
 * The file last.why has a line for each thing, fields separated by tabs: those of the LibOS (record.h) and those of the
 * host tool (report.c). last.core is the image of the process that crashed last, if one did.
 */
#pragma once
#include "libos/linux/observe/record.h"
#include "tools/boot.h"

struct report;

/* report_new - nothing is known yet. `core`: where whole core files go; NULL: images stay small. Gives. */
struct report *report_new(const char *core);

/* report_record - a record from an instance. */
void report_record(struct report *report, const struct record *record, const uint8_t *body,
                   size_t length);

/* report_save - the run is over: write the files. A failure is not the run's: nothing is said. */
void report_save(struct report *report, const struct request *request,
                 const struct session_end *end);

/* report_cores - say on standard error which core files were written. */
void report_cores(const struct report *report);
