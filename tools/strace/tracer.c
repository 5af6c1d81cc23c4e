/* SPDX-License-Identifier: MIT */
/*
 * tracer.c - from records about calls, signals and exits to the lines that strace -f would print.
 *
 * A call's line begins when the call does, so that one sees what a program waits for. If something else comes before
 * the result, the line ends with "<unfinished ...>" and the result gets a line of its own.
 */
#include "tools/strace/tracer.h"
#include "tools/strace/decode.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define COLUMN_RESULT 40
#define CHUNKS_MAX    128
#define TASKS_MAX     4096

struct task {
    int tid;
    int in_call, line_open; /* line_open: nothing was printed since */
    unsigned shown;         /* arguments that were written when the call began */
    struct record_call call;
    uint64_t begin_ns;
    struct buffer memory; /* chunks of the call's record: valid until its result */
};

struct tally {
    uint64_t calls, errors, ns;
};

struct tracer {
    struct tracer_wish wish;
    struct task *task; /* those that were heard of and have not ended */
    size_t count;
    uint64_t heard;              /* tasks ever heard of */
    const struct record *record; /* at hand */
    size_t line_start;           /* in `out`, of the line that is being written */
    size_t column;               /* length of the open line that was printed before */
    int open_tid;                /* whose line is open; 0: none */
    struct tally tally[DECODE_CALLS + 1];
};

struct tracer *tracer_new(const struct tracer_wish *wish)
{
    struct tracer *tracer = allocate(sizeof *tracer);

    tracer->wish = *wish;
    return tracer;
}

/* Ends a line that another task left open. */
static void line_break(struct tracer *tracer, struct buffer *out)
{
    if (!tracer->open_tid)
        return;
    buffer_format(out, " <unfinished ...>\n");
    tracer->open_tid = 0;
}

/* The task with that number; one that was not heard of yet is announced, unless it is the first. */
static struct task *tracer_task(struct tracer *tracer, int tid, struct buffer *out)
{
    for (size_t i = 0; i < tracer->count; i++)
        if (tracer->task[i].tid == tid)
            return &tracer->task[i];
    if (tracer->count == TASKS_MAX)
        return NULL;
    tracer->task = reallocate(tracer->task, (tracer->count + 1) * sizeof *tracer->task);
    tracer->task[tracer->count] = (struct task){.tid = tid};
    if (tracer->heard++ && !tracer->wish.summary && !tracer->wish.pids) {
        line_break(tracer, out);
        buffer_format(out, "Process %d attached\n", tid);
    }
    return &tracer->task[tracer->count++];
}

static void tracer_forget(struct tracer *tracer, struct task *task)
{
    buffer_free(&task->memory);
    *task = tracer->task[--tracer->count];
}

/* --- Lines
 * ----------------------------------------------------------------------------------------- */

static void line_begin(struct tracer *tracer, struct buffer *out)
{
    const struct record *record = tracer->record;

    line_break(tracer, out);
    tracer->line_start = out->length;
    tracer->column = 0;
    if (tracer->wish.pids)
        buffer_format(out, "%-5d ", record->tid);
    else if (tracer->count > 1)
        buffer_format(out, "[pid %5d] ", record->tid);
    if (tracer->wish.stamps)
        buffer_format(out, "%llu.%06llu ", (unsigned long long)(record->time_ns / 1000000000),
                      (unsigned long long)(record->time_ns / 1000 % 1000000));
}

static void line_result(struct tracer *tracer, struct decode *decode, const struct task *task)
{
    struct buffer *out = decode->out;
    size_t column = tracer->column + out->length - tracer->line_start;
    uint64_t ns = tracer->record->time_ns - task->begin_ns;

    if (column < COLUMN_RESULT)
        buffer_format(out, "%*s", (int)(COLUMN_RESULT - column), "");
    else
        buffer_format(out, " ");
    decode_result(decode);
    if (tracer->wish.spent)
        buffer_format(out, " <%llu.%06llu>", (unsigned long long)(ns / 1000000000),
                      (unsigned long long)(ns / 1000 % 1000000));
    buffer_format(out, "\n");
}

/* --- Records
 * --------------------------------------------------------------------------------------- */

static void tracer_call(struct tracer *tracer, struct task *task, const uint8_t *body,
                        size_t length, struct buffer *out)
{
    struct decode_chunk chunk[CHUNKS_MAX];
    struct decode decode = {.out = out, .string_limit = tracer->wish.string_limit, .chunk = chunk};

    if (length < sizeof task->call)
        return;
    memcpy(&task->call, body, sizeof task->call);
    task->in_call = 1;
    task->begin_ns = tracer->record->time_ns;
    task->memory.length = 0;
    buffer_add(&task->memory, body + sizeof task->call, length - sizeof task->call);
    if (tracer->wish.summary)
        return;
    decode_start(&decode, &task->call);
    decode.chunks =
        decode_chunks((const uint8_t *)task->memory.bytes, task->memory.length, chunk, CHUNKS_MAX);
    line_begin(tracer, out);
    task->shown = decode_before(&decode);
    if (task->shown >= decode.count && text_starts(decode_name(task->call.number), "exit"))
        decode_rest(&decode, task->shown);
    tracer->open_tid = task->tid;
    tracer->column += out->length - tracer->line_start;
}

static void tracer_count(struct tracer *tracer, const struct task *task, int64_t result)
{
    uint32_t number = task->call.number < DECODE_CALLS ? task->call.number : DECODE_CALLS;
    struct tally *tally = &tracer->tally[number];

    tally->calls++;
    tally->errors += result < 0 && result > -4096;
    tally->ns += tracer->record->time_ns - task->begin_ns;
}

static void tracer_result(struct tracer *tracer, struct task *task, const uint8_t *body,
                          size_t length, struct buffer *out)
{
    struct decode_chunk chunk[2 * CHUNKS_MAX];
    struct decode decode = {.out = out, .string_limit = tracer->wish.string_limit, .chunk = chunk};
    struct record_result result;

    if (length < sizeof result)
        return;
    memcpy(&result, body, sizeof result);
    if (!task->in_call || result.number != task->call.number)
        return;
    task->in_call = 0;
    if (tracer->wish.summary) {
        tracer_count(tracer, task, result.result);
        return;
    }
    decode_start(&decode, &task->call);
    decode.after = 1;
    decode.result = result.result;
    decode.chunks = decode_chunks(body + sizeof result, length - sizeof result, chunk, CHUNKS_MAX);
    decode.chunks += decode_chunks((const uint8_t *)task->memory.bytes, task->memory.length,
                                   chunk + decode.chunks, CHUNKS_MAX);
    if (tracer->open_tid == task->tid) {
        tracer->open_tid = 0;
        tracer->line_start = out->length;
    } else {
        line_begin(tracer, out);
        buffer_format(out, "<... %s resumed>", decode_name(task->call.number));
    }
    decode_rest(&decode, task->shown);
    line_result(tracer, &decode, task);
}

static void tracer_signal(struct tracer *tracer, const uint8_t *body, size_t length,
                          struct buffer *out)
{
    struct record_signal signal;

    if (length < sizeof signal || tracer->wish.summary)
        return;
    memcpy(&signal, body, sizeof signal);
    line_begin(tracer, out);
    buffer_format(out, "--- %s ", decode_signal(signal.signo));
    decode_siginfo(out, &signal);
    buffer_format(out, " ---\n");
}

static void tracer_exit(struct tracer *tracer, struct task *task, const uint8_t *body,
                        size_t length, struct buffer *out)
{
    struct record_exit end;

    if (length < sizeof end)
        return;
    memcpy(&end, body, sizeof end);
    if (task->in_call && tracer->wish.summary)
        tracer_count(tracer, task, 0);
    if (!tracer->wish.summary) {
        if (task->in_call && tracer->open_tid == task->tid) { /* exit_group and its like */
            size_t column = tracer->column;

            buffer_format(out, "%*s= ?\n",
                          column < COLUMN_RESULT ? (int)(COLUMN_RESULT - column) : 1, "");
            tracer->open_tid = 0;
        }
        line_begin(tracer, out);
        if (WIFEXITED(end.status))
            buffer_format(out, "+++ exited with %d +++\n", WEXITSTATUS(end.status));
        else
            buffer_format(out, "+++ killed by %s%s +++\n", decode_signal(WTERMSIG(end.status)),
                          WCOREDUMP(end.status) ? " (core dumped)" : "");
    }
    tracer_forget(tracer, task);
}

void tracer_record(struct tracer *tracer, const struct record *record, const uint8_t *body,
                   size_t length, struct buffer *out)
{
    struct task *task;

    if (record->type < RECORD_CALL || record->type > RECORD_EXIT)
        return;
    task = tracer_task(tracer, record->tid, out);
    if (!task)
        return;
    tracer->record = record;
    switch (record->type) {
    case RECORD_CALL:
        tracer_call(tracer, task, body, length, out);
        break;
    case RECORD_RESULT:
        tracer_result(tracer, task, body, length, out);
        break;
    case RECORD_SIGNAL:
        tracer_signal(tracer, body, length, out);
        break;
    default:
        tracer_exit(tracer, task, body, length, out);
    }
}

/* --- The summary
 * ----------------------------------------------------------------------------------- */

static struct tally *tracer_tally; /* for the comparison */

static int by_time(const void *a, const void *b)
{
    const struct tally *one = &tracer_tally[*(const int *)a];
    const struct tally *other = &tracer_tally[*(const int *)b];

    if (one->ns != other->ns)
        return one->ns < other->ns ? 1 : -1;
    return one->calls < other->calls ? 1 : one->calls > other->calls ? -1 : 0;
}

static void tally_row(struct buffer *out, const struct tally *row, uint64_t all_ns,
                      const char *name)
{
    buffer_format(out, "%6.2f %11.6f %11llu %9llu ",
                  all_ns ? (double)row->ns * 100 / (double)all_ns : 0.0, (double)row->ns / 1e9,
                  (unsigned long long)(row->calls ? row->ns / row->calls / 1000 : 0),
                  (unsigned long long)row->calls);
    if (row->errors)
        buffer_format(out, "%9llu %s\n", (unsigned long long)row->errors, name);
    else
        buffer_format(out, "%9s %s\n", "", name);
}

static void tracer_table(struct tracer *tracer, struct buffer *out)
{
    struct tally all = {0};
    int order[DECODE_CALLS + 1], count = 0;

    for (int i = 0; i <= DECODE_CALLS; i++) {
        if (!tracer->tally[i].calls)
            continue;
        order[count++] = i;
        all.calls += tracer->tally[i].calls;
        all.errors += tracer->tally[i].errors;
        all.ns += tracer->tally[i].ns;
    }
    tracer_tally = tracer->tally;
    qsort(order, (size_t)count, sizeof *order, by_time);
    buffer_format(out, "%% time     seconds  usecs/call     calls    errors syscall\n"
                       "------ ----------- ----------- --------- --------- ----------------\n");
    for (int i = 0; i < count; i++)
        tally_row(out, &tracer->tally[order[i]], all.ns,
                  order[i] < DECODE_CALLS ? decode_name((uint32_t)order[i]) : "(unknown numbers)");
    buffer_format(out, "------ ----------- ----------- --------- --------- ----------------\n");
    tally_row(out, &all, all.ns, "total");
}

void tracer_end(struct tracer *tracer, struct buffer *out)
{
    line_break(tracer, out);
    if (tracer->wish.summary)
        tracer_table(tracer, out);
}
