/* SPDX-License-Identifier: MIT */
/*
 * report.c - collecting what is known about a run, and keeping it for `lorica why`.
 */
#define _GNU_SOURCE
#include "tools/why/report.h"
#include "tools/journal.h"
#include "tools/package.h"
#include "tools/process.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CORE_SMALL_MAX (1u << 20) /* of an image that is kept in memory */
#define CORES_MAX      64
#define REPORT_MAX     (256u << 10)

/* A core file that comes in. */
struct core {
    int pid;
    int fd; /* a file, or -1: in `image` */
    char *path;
    struct buffer image;
    uint64_t length;
    int whole;
};

struct report {
    const char *core_path;
    struct core core[CORES_MAX];
    unsigned cores;
    struct buffer lines;
};

struct report *report_new(const char *core)
{
    struct report *report = allocate(sizeof *report);

    report->core_path = core;
    return report;
}

/* --- Core files
 * ------------------------------------------------------------------------------------ */

static struct core *core_begin(struct report *report, int pid)
{
    struct core *core = &report->core[report->cores % CORES_MAX];

    if (report->cores >= CORES_MAX) {
        buffer_free(&core->image);
        free(core->path);
    }
    *core = (struct core){.pid = pid, .fd = -1};
    if (report->core_path) {
        core->path = report->cores ? text_format("%s.%d", report->core_path, pid)
                                   : text_copy(report->core_path);
        core->fd = open(core->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (core->fd < 0)
            fail(STATUS_FAILED, "cannot write the core file %s: %s", core->path, strerror(errno));
    }
    report->cores++;
    return core;
}

static struct core *core_of(struct report *report, int pid, uint64_t offset)
{
    unsigned count = report->cores < CORES_MAX ? report->cores : CORES_MAX;

    for (unsigned i = 0; i < count && offset; i++)
        if (report->core[i].pid == pid && !report->core[i].whole)
            return &report->core[i];
    return offset ? NULL : core_begin(report, pid);
}

static int is_zero(const uint8_t *bytes, size_t length)
{
    return !length || (!bytes[0] && !memcmp(bytes, bytes + 1, length - 1));
}

static void core_piece(struct report *report, const struct record *record, const uint8_t *body,
                       size_t length)
{
    struct record_core piece;
    struct core *core;

    if (length < sizeof piece)
        return;
    memcpy(&piece, body, sizeof piece);
    if (piece.bytes > length - sizeof piece)
        return;
    core = core_of(report, record->pid, piece.offset);
    if (!core || piece.offset != core->length)
        return;
    if (!piece.bytes) {
        core->whole = 1;
        if (core->fd >= 0 && ftruncate(core->fd, (off_t)core->length) + close(core->fd) < 0)
            core->whole = 0;
        core->fd = -1;
        return;
    }
    core->length += piece.bytes;
    body += sizeof piece;
    if (core->path) { /* zeros become holes */
        if (!is_zero(body, piece.bytes) &&
            pwrite(core->fd, body, piece.bytes, (off_t)piece.offset) != (ssize_t)piece.bytes)
            fail(STATUS_FAILED, "cannot write the core file %s: %s", core->path, strerror(errno));
    } else if (core->image.length + piece.bytes <= CORE_SMALL_MAX) {
        buffer_add(&core->image, body, piece.bytes);
    }
}

void report_record(struct report *report, const struct record *record, const uint8_t *body,
                   size_t length)
{
    if (record->type == RECORD_CORE)
        core_piece(report, record, body, length);
    else if (record->type == RECORD_REPORT && report->lines.length < REPORT_MAX)
        buffer_add(&report->lines, body, strnlen((const char *)body, length));
}

void report_cores(const struct report *report)
{
    unsigned count = report->cores < CORES_MAX ? report->cores : CORES_MAX;

    for (unsigned i = 0; i < count; i++)
        if (report->core[i].path)
            say("core file of process %d: %s%s", report->core[i].pid, report->core[i].path,
                report->core[i].whole ? "" : " (not complete)");
    if (report->core_path && !count)
        say("no process crashed: there is no core file");
}

/* --- The file
 * -------------------------------------------------------------------------------------- */

static void line_text(struct buffer *out, const char *key, const char *text)
{
    buffer_format(out, "%s\t", key);
    for (; *text; text++)
        buffer_add(out, (unsigned char)*text < ' ' ? "?" : text, 1);
    buffer_add(out, "\n", 1);
}

static char *absolute(const char *path)
{
    char *real = realpath(path, NULL);

    return real ? real : text_copy(path);
}

/* Writes a file of the state directory as a whole, so that another run's reader sees one or the other. */
static void save_file(const char *name, const struct buffer *contents)
{
    char *path = text_format("%s/%s", process_state(), name);
    char *fresh = text_format("%s.%d", path, (int)getpid());
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); /* memory of a program */
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    int ok = file && fwrite(contents->bytes, 1, contents->length, file) == contents->length;

    if ((file && fclose(file)) || !ok || rename(fresh, path) < 0)
        unlink(fresh);
    free(fresh);
    free(path);
}

static void report_run(struct buffer *out, const struct request *request,
                       const struct session_end *end)
{
    buffer_format(out, "command");
    for (int i = 0; i < request->word_count; i++) {
        buffer_add(out, "\t", 1);
        for (const char *at = request->words[i]; *at; at++)
            buffer_add(out, (unsigned char)*at < ' ' ? "?" : at, 1);
    }
    buffer_format(out, "\nstatus\t%d\nsignal\t%d\nwall_ms\t%llu\nboot_ms\t%lld\n", end->status,
                  end->signal, (unsigned long long)end->wall_ms, (long long)end->boot_ms);
    if (end->reason)
        line_text(out, "reason", end->reason);
    line_text(out, "log", journal_path());
    if (request->root)
        line_text(out, "root", absolute(request->root));
    else if (!request->manifest && !request->app)
        line_text(out, "root", package_root_path(&request->package, !request->no_scripts));
}

/* The last image that came in whole. */
static const struct core *report_last(const struct report *report)
{
    for (unsigned i = report->cores; i && i + CORES_MAX > report->cores; i--) {
        const struct core *core = &report->core[(i - 1) % CORES_MAX];

        if (core->whole && (core->path || core->image.length == core->length))
            return core;
    }
    return NULL;
}

void report_save(struct report *report, const struct request *request,
                 const struct session_end *end)
{
    const struct core *core = report_last(report);
    struct buffer out = {0};

    report_run(&out, request, end);
    if (core && core->path) {
        line_text(&out, "core", absolute(core->path));
    } else if (core) {
        save_file("last.core", &core->image);
        line_text(&out, "core", text_format("%s/last.core", process_state()));
    }
    buffer_add(&out, report->lines.bytes, report->lines.length);
    save_file("last.why", &out);
    buffer_free(&out);
}
