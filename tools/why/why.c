/* SPDX-License-Identifier: MIT */
/*
 * why.c - the verb `why`: what is known about the run that ended last.
 */
#define _GNU_SOURCE
#include "tools/cpio.h"
#include "tools/import.h"
#include "tools/process.h"
#include "tools/strace/decode.h"
#include "tools/verbs.h"
#include "tools/why/unwind.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELDS_MAX 5u

const struct option_row why_options[] = {
    {"output", 'o', "json", "one JSON object instead of text"},
    {0},
};

const char why_examples[] =
    "lorica run ./a.out; lorica why       status, backtrace, failed calls, what is missing\n"
    "lorica why -o json                   the same for programs\n";

const char why_notes[] =
    "What is known is of the run that ended last (last.why in the state directory). A backtrace "
    "has names where "
    "the\nfiles have symbols, and lines where they have debugging information.\n";

/* What last.why says. */
struct missing {
    uint64_t count, suspect;
    const char *program, *what;
};
struct failed {
    const char *pid, *program, *call;
    int error;
};
struct why {
    struct text_list command;
    int status, signal;
    uint64_t wall_ms;
    const char *reason, *log, *root, *core, *crash_pid, *crash_program;
    uint64_t total, free, peak; /* KiB; total 0: unknown */
    struct failed *failed;
    size_t failed_count;
    struct missing *missing;
    size_t missing_count;
    struct unwind unwind;
    int has_unwind;
};

static int why_json;

static void why_take(void *context, const struct option_row *row, const char *argument)
{
    (void)context;
    (void)row;
    if (strcmp(argument, "json"))
        fail(STATUS_FAILED, "why: --output %s is unknown: json", argument);
    why_json = 1;
}

static uint64_t number(const char *text)
{
    uint64_t value = 0;

    return text && !text_number(text, UINT64_MAX, &value) ? value : 0;
}

/* --- Reading
 * --------------------------------------------------------------------------------------- */

static void why_failed(struct why *why, char **field)
{
    why->failed = reallocate(why->failed, (why->failed_count + 1) * sizeof *why->failed);
    why->failed[why->failed_count++] = (struct failed){
        .pid = field[1], .program = field[2], .error = (int)number(field[3]), .call = field[4]};
}

static void why_missing(struct why *why, char **field)
{
    why->missing = reallocate(why->missing, (why->missing_count + 1) * sizeof *why->missing);
    why->missing[why->missing_count++] = (struct missing){.count = number(field[1]),
                                                          .suspect = number(field[2]),
                                                          .program = field[3],
                                                          .what = field[4]};
}

/* One line, cut into fields; what is not there is "". */
static void why_line(struct why *why, char *line)
{
    static char nothing[] = "";
    char *field[FIELDS_MAX], *save;
    unsigned count = 0;

    if (text_starts(line, "command")) {
        strtok_r(line, "\t", &save);
        for (char *word; (word = strtok_r(NULL, "\t", &save));)
            text_list_add(&why->command, word);
        return;
    }
    for (char *at = line; at && count < FIELDS_MAX; at = strchr(at, '\t')) {
        if (count)
            *at++ = 0;
        field[count++] = at;
    }
    for (unsigned i = count; i < FIELDS_MAX; i++)
        field[i] = nothing;
    if (!strcmp(line, "status"))
        why->status = (int)number(field[1]);
    else if (!strcmp(line, "signal"))
        why->signal = (int)number(field[1]);
    else if (!strcmp(line, "wall_ms"))
        why->wall_ms = number(field[1]);
    else if (!strcmp(line, "reason"))
        why->reason = field[1];
    else if (!strcmp(line, "log"))
        why->log = field[1];
    else if (!strcmp(line, "root"))
        why->root = field[1];
    else if (!strcmp(line, "core"))
        why->core = field[1];
    else if (!strcmp(line, "crash"))
        why->crash_pid = field[1], why->crash_program = field[2];
    else if (!strcmp(line, "memory"))
        why->total = number(field[1]), why->free = number(field[2]), why->peak = number(field[3]);
    else if (!strcmp(line, "failed") && count == 5)
        why_failed(why, field);
    else if (!strcmp(line, "missing") && count == 5)
        why_missing(why, field);
}

static int by_suspicion(const void *a, const void *b)
{
    const struct missing *one = a, *other = b;

    if (one->suspect != other->suspect)
        return one->suspect < other->suspect ? 1 : -1;
    return one->count < other->count ? 1 : one->count > other->count ? -1 : 0;
}

/* The tree of the run's root, as far as it is still there. */
static struct node *why_root(const char *path)
{
    struct stat status;
    void *bytes;
    int fd;

    if (!path || stat(path, &status) < 0)
        return NULL;
    if (!text_ends(path, ".cpio"))
        return import_path(path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    bytes = fd < 0 ? MAP_FAILED : mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    return bytes == MAP_FAILED ? NULL : cpio_read(bytes, (size_t)status.st_size);
}

static void why_read(struct why *why)
{
    char *path = text_format("%s/last.why", process_state()), *save;
    struct buffer text = {0};

    if (process_read_file(path, &text))
        fail(1, "why: no run has ended yet (%s: %s)", path, strerror(errno));
    for (char *line = strtok_r(text.bytes, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        why_line(why, line);
    if (why->missing_count)
        qsort(why->missing, why->missing_count, sizeof *why->missing, by_suspicion);
    if (why->core)
        why->has_unwind = !unwind_core(why->core, why_root(why->root), &why->unwind);
}

/* --- Text
 * ------------------------------------------------------------------------------------------ */

/* Known to be tried by programs that do without. */
static int has_fallback(const char *what)
{
    static const char *const names[] = {"rseq",
                                        "clone3",
                                        "faccessat2",
                                        "openat2",
                                        "statx",
                                        "io_uring_setup",
                                        "close_range",
                                        "socket family 1 ",
                                        "socket family 10 ",
                                        "socket family 16 ",
                                        "membarrier",
                                        "memfd_create"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_starts(what, names[i]))
            return 1;
    return 0;
}

static void text_command(const struct why *why)
{
    if (!why->command.count)
        printf("the run");
    for (size_t i = 0; i < why->command.count; i++)
        printf("%s%.200s", i ? " " : "", why->command.item[i]);
    if (why->signal)
        printf(": ended by %s (%s), status %d", decode_signal(why->signal), strsignal(why->signal),
               why->status);
    else
        printf(": status %d", why->status);
    printf(", after %llu.%03llu s\n", (unsigned long long)why->wall_ms / 1000,
           (unsigned long long)why->wall_ms % 1000);
    if (why->reason)
        printf("  %s\n", why->reason);
}

static void text_signal(const struct unwind *unwind)
{
    struct record_signal signal = {.signo = unwind->signal, .code = unwind->code};
    struct buffer text = {0};

    memcpy(signal.bytes, &unwind->fault, sizeof unwind->fault);
    decode_siginfo(&text, &signal);
    printf("  crash of %s (%d): %s\n", unwind->program, unwind->pid, text.bytes);
    buffer_free(&text);
}

static void text_frames(const struct unwind *unwind)
{
    for (size_t i = 0; i < unwind->count; i++) {
        const struct unwind_frame *frame = &unwind->frame[i];

        printf("    #%-2zu 0x%llx", i, (unsigned long long)frame->address);
        if (frame->function)
            printf(" %s+0x%llx", frame->function, (unsigned long long)frame->offset);
        if (frame->source)
            printf(" at %s:%d", frame->source, frame->line);
        printf(frame->module ? " (%s)\n" : " (nothing is mapped there)\n", frame->module);
    }
}

/* The dynamic linker looks for libraries in many places; what is not there is no news. */
static int is_search(const struct failed *failed)
{
    return failed->error == ENOENT &&
           (strstr(failed->call, "/glibc-hwcaps") || strstr(failed->call, "/tls/") ||
            strstr(failed->call, "/x86_64"));
}

static void text_calls(const struct why *why)
{
    size_t searches = 0;

    if (why->failed_count)
        printf("  last failed calls of %s (%s):\n", why->failed[0].program, why->failed[0].pid);
    for (size_t i = 0; i < why->failed_count; i++) {
        if (is_search(&why->failed[i]))
            searches++;
        else
            printf("    %s = %s (%s)\n", why->failed[i].call, decode_error(why->failed[i].error),
                   strerror(why->failed[i].error));
    }
    if (searches)
        printf("    and %zu of the dynamic linker's search for libraries\n", searches);
    if (why->missing_count)
        printf("  not implemented:\n");
    for (size_t i = 0; i < why->missing_count; i++) {
        const struct missing *row = &why->missing[i];

        printf("    %s: %llu time%s by %s", row->what, (unsigned long long)row->count,
               row->count == 1 ? "" : "s", row->program);
        if (row->suspect)
            printf("; %s failed right after it: it may be the cause", row->program);
        else if (has_fallback(row->what))
            printf("; programs have a way without it");
        printf("\n");
    }
}

static void text(const struct why *why)
{
    text_command(why);
    if (why->has_unwind) {
        text_signal(&why->unwind);
        text_frames(&why->unwind);
    }
    text_calls(why);
    if (why->total)
        printf("  memory for programs: %llu KiB, at most %llu in use, %llu at the end\n",
               (unsigned long long)why->total, (unsigned long long)why->peak,
               (unsigned long long)(why->total - why->free));
    if (why->log)
        printf("  log: %s\n", why->log);
    if (why->core)
        printf("  core file: %s\n", why->core);
}

/* --- JSON
 * ------------------------------------------------------------------------------------------ */

static void json_text(struct buffer *json, const char *key, const char *value)
{
    buffer_format(json, ", \"%s\": ", key);
    if (value)
        buffer_json(json, value);
    else
        buffer_format(json, "null");
}

static void json_crash(struct buffer *json, const struct why *why)
{
    const struct unwind *unwind = &why->unwind;

    buffer_format(json, ", \"crash\": ");
    if (!why->has_unwind) {
        buffer_format(json, "null");
        return;
    }
    buffer_format(json, "{\"pid\": %d, \"signal\": %d, \"code\": %d, \"address\": \"0x%llx\"",
                  unwind->pid, unwind->signal, unwind->code, (unsigned long long)unwind->fault);
    json_text(json, "program", unwind->program);
    buffer_format(json, ", \"frames\": [");
    for (size_t i = 0; i < unwind->count; i++) {
        const struct unwind_frame *frame = &unwind->frame[i];

        buffer_format(json, "%s{\"address\": \"0x%llx\"", i ? ", " : "",
                      (unsigned long long)frame->address);
        json_text(json, "function", frame->function);
        json_text(json, "module", frame->module);
        json_text(json, "source", frame->source);
        buffer_format(json, ", \"line\": %d}", frame->line);
    }
    buffer_format(json, "]}");
}

static void json(const struct why *why)
{
    struct buffer json = {0};

    buffer_format(&json, "{\"command\": [");
    for (size_t i = 0; i < why->command.count; i++) {
        buffer_format(&json, "%s", i ? ", " : "");
        buffer_json(&json, why->command.item[i]);
    }
    buffer_format(&json, "], \"status\": %d, \"signal\": ", why->status);
    buffer_format(&json, why->signal ? "%d" : "null", why->signal);
    buffer_format(&json, ", \"wall_ms\": %llu", (unsigned long long)why->wall_ms);
    json_text(&json, "reason", why->reason);
    json_crash(&json, why);
    buffer_format(&json, ", \"failed_calls\": [");
    for (size_t i = 0; i < why->failed_count; i++) {
        buffer_format(&json, "%s{\"pid\": %s", i ? ", " : "", why->failed[i].pid);
        json_text(&json, "program", why->failed[i].program);
        json_text(&json, "call", why->failed[i].call);
        json_text(&json, "error", decode_error(why->failed[i].error));
        buffer_format(&json, "}");
    }
    buffer_format(&json, "], \"missing\": [");
    for (size_t i = 0; i < why->missing_count; i++) {
        buffer_format(&json, "%s{\"count\": %llu, \"suspect\": %llu", i ? ", " : "",
                      (unsigned long long)why->missing[i].count,
                      (unsigned long long)why->missing[i].suspect);
        json_text(&json, "program", why->missing[i].program);
        json_text(&json, "what", why->missing[i].what);
        buffer_format(&json, "}");
    }
    buffer_format(&json,
                  "], \"memory\": {\"total_kib\": %llu, \"free_kib\": %llu, \"peak_kib\": %llu}",
                  (unsigned long long)why->total, (unsigned long long)why->free,
                  (unsigned long long)why->peak);
    json_text(&json, "log", why->log);
    json_text(&json, "core", why->core);
    printf("%s}\n", json.bytes);
    buffer_free(&json);
}

int verb_why(const struct verb *verb, int argc, char **argv)
{
    struct why why = {0};
    int first = option_parse(verb, argc, argv, why_take, NULL);

    if (first < argc)
        fail(STATUS_FAILED, "why: takes no words: it is about the run that ended last");
    why_read(&why);
    if (why_json)
        json(&why);
    else
        text(&why);
    return 0;
}
