/* SPDX-License-Identifier: MIT */
/*
 * report.c - what programs asked for and did not get: one log line for each thing, and the summary
 * at the end.
 *
 * A program cannot flood the log: each distinct (program, thing) is logged once, and the table that
 * counts them is bounded; what does not fit is counted as "other".
 */
#include "libos/linux/call/call.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/observe/core.h"
#include "libos/linux/observe/kind.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define MISSING_MAX  64
#define MISSING_TEXT 48
#define FAILURE_MAX  64 /* a power of two */
#define FAILURE_TEXT 72
#define FAILURE_SHOW 20         /* in the report */
#define SUSPECT_NS   100000000ul /* a program that fails within this time after a call may have failed because of it */
#define NR_SIGRETURN 15

struct missing {
    uint64_t key;
    uint64_t count;
    uint64_t last_ns;
    uint32_t suspect; /* times that a program failed soon after */
    int32_t last_pid;
    char program[16];
    char text[MISSING_TEXT];
};

/* As it was: servers fail all the time (EAGAIN), programs when they start look for files in vain. */
struct failure {
    uint16_t number;
    uint16_t error;
    int32_t pid;
    uint64_t first_argument;
    char program[16];
    char path[FAILURE_TEXT]; /* the first path among the arguments; empty: none */
};

static struct missing missing[MISSING_MAX];
static uint32_t missing_count;
static uint64_t missing_other;
static struct failure failures[FAILURE_MAX];
static uint64_t failure_count;
static uint64_t memory_peak; /* frames, as far as report_memory saw */
static int crash_pid;        /* of the last process that ended by a fault; 0: none */
static char crash_program[16];

/* FNV-1a: enough to tell texts apart; a collision merely merges two lines. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
    return hash;
}

/* Text of a program, without what would break the report's lines. */
static void copy_clean(char *to, const char *from, size_t size)
{
    size_t i = 0;

    for (; i + 1 < size && from[i]; i++)
        to[i] = (uint8_t)from[i] < ' ' || from[i] == 0x7f ? '?' : from[i];
    to[i] = 0;
}

/* Counts (program, text); true the first time. */
static bool count_missing(uint64_t key, const char *program, const char *text)
{
    for (uint32_t i = 0; i < missing_count; i++) {
        if (missing[i].key != key)
            continue;
        missing[i].count++;
        missing[i].last_pid = current()->process->pid;
        missing[i].last_ns = now_ns();
        return false;
    }
    if (missing_count == MISSING_MAX)
        return missing_other++ == 0;
    struct missing *m = &missing[missing_count++];

    m->key = key;
    m->count = 1;
    m->suspect = 0;
    m->last_pid = current()->process->pid;
    m->last_ns = now_ns();
    copy_clean(m->program, program, sizeof m->program);
    copy_clean(m->text, text, sizeof m->text);
    return true;
}

int64_t unimplemented(int64_t error, const char *fmt, ...)
{
    struct task *task = current();
    char text[128];
    va_list arguments;

    va_start(arguments, fmt);
    format_list(text, sizeof text, fmt, arguments);
    va_end(arguments);
    uint64_t key = hash_text(hash_text(0xcbf29ce484222325, task->process->comm), text);

    if (count_missing(key, task->process->comm, text))
        log_once(key, "%s (%d): not implemented: %s, in %s(); it got error %d", task->process->comm,
                 task->process->pid, text, call_name((uint64_t)task_call(task)), (int)-error);
    return error;
}

/* One argument as text after *at; strings are read from the program as far as they fit. */
static size_t argument_text(char *to, size_t size, const char *spec, size_t name_length,
                            uint64_t value)
{
    char kind = spec[name_length] == ':' ? kind_plain(kind_find(spec + name_length + 1)) : 'x';
    char string[40];
    int64_t length;

    switch (kind) {
    case 'd':
        return (size_t)format(to, size, "%.*s %lld", (int)name_length, spec,
                              (long long)(int32_t)value);
    case 'u':
        return (size_t)format(to, size, "%.*s %llu", (int)name_length, spec,
                              (unsigned long long)value);
    case 'o':
        return (size_t)format(to, size, "%.*s 0%llo", (int)name_length, spec,
                              (unsigned long long)value);
    case 's':
        length = string_from_user(string, value, sizeof string);
        if (length == -EFAULT)
            break;
        string[sizeof string - 1] = 0;
        return (size_t)format(to, size, "%.*s \"%s\"", (int)name_length, spec, string);
    default:
        break;
    }
    return (size_t)format(to, size, "%.*s 0x%llx", (int)name_length, spec,
                          (unsigned long long)value);
}

int64_t report_missing(const struct regs *regs)
{
    struct task *task = current();
    uint64_t number = regs->orig_rax;
    const uint64_t value[6] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};
    const char *spec = call_arguments(number);
    uint64_t key = hash_text(0xcbf29ce484222325 + number, task->process->comm);
    char name[MISSING_TEXT];
    char text[240];
    size_t at = 0;

    if (number < CALL_COUNT)
        format(name, sizeof name, "%s", call_name(number));
    else
        format(name, sizeof name, "call number 0x%llx", (unsigned long long)number);
    if (!count_missing(key, task->process->comm, name))
        return -ENOSYS;
    text[0] = 0;
    for (uint32_t i = 0; i < 6 && *spec; i++) {
        size_t length = 0;

        while (spec[length] && spec[length] != ' ' && spec[length] != ':')
            length++;
        if (i && at + 2 < sizeof text)
            at += (size_t)format(text + at, sizeof text - at, ", ");
        if (at < sizeof text)
            at += argument_text(text + at, sizeof text - at, spec, length, value[i]);
        while (*spec && *spec != ' ')
            spec++;
        while (*spec == ' ')
            spec++;
    }
    log_once(key, "%s (%d): not implemented: %s(%s); it got ENOSYS", task->process->comm,
             task->process->pid, name, text);
    return -ENOSYS;
}

/* The first path among a call's arguments; 6: none. Looked up once for each call. */
static uint32_t path_argument(uint64_t number)
{
    static uint8_t known[CALL_COUNT]; /* 1 + index */
    uint8_t kind[6];

    if (!known[number]) {
        uint32_t count = kinds_parse(call_arguments(number), kind);
        uint32_t i = 0;

        while (i < count && kind[i] != KIND_s)
            i++;
        known[number] = (uint8_t)(1 + (i < count ? i : 6));
    }
    return known[number] - 1u;
}

void report_failure(uint64_t number, int64_t error)
{
    if (number == NR_SIGRETURN) /* its result is the interrupted program's rax */
        return;
    struct failure *f = &failures[failure_count++ & (FAILURE_MAX - 1)];
    const struct task *task = current();
    const struct regs *regs = task->regs;
    const uint64_t value[6] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};
    uint32_t path = path_argument(number);

    f->number = (uint16_t)number;
    f->error = (uint16_t)-error;
    f->pid = task->process->pid;
    f->first_argument = regs->rdi;
    f->path[0] = 0;
    if (path < 6 && string_from_user(f->path, value[path], sizeof f->path) == -EFAULT)
        f->path[0] = 0;
    memcpy(f->program, task->process->comm, sizeof f->program);
}

/* A failed call, fit for a line. */
static const struct failure *failure_at(uint64_t i)
{
    struct failure *f = &failures[i & (FAILURE_MAX - 1)];

    copy_clean(f->path, f->path, sizeof f->path);
    copy_clean(f->program, f->program, sizeof f->program);
    return f;
}

static bool failed(int wait_status)
{
    return wait_status & 0x7f || wait_status >> 8;
}

void report_exit(int wait_status)
{
    const struct process *process = current()->process;
    uint64_t now = now_ns();

    report_memory();
    if (wait_status & 0x7f && core_signal(wait_status & 0x7f)) {
        crash_pid = process->pid;
        copy_clean(crash_program, process->comm, sizeof crash_program);
    }
    for (uint32_t i = 0; i < missing_count && failed(wait_status); i++)
        missing[i].suspect +=
            missing[i].last_pid == process->pid && now - missing[i].last_ns < SUSPECT_NS;
}

void report_memory(void)
{
    uint64_t used = frames_total() - frames_available();

    memory_peak = max_of(memory_peak, used);
}

/* --- The report for the host
 * ------------------------------------------------------------------------- */

static void report_failures(void)
{
    uint64_t oldest = failure_count > FAILURE_MAX ? failure_count - FAILURE_MAX : 0;
    int pid = crash_pid ? crash_pid : current()->process->pid;
    uint64_t first = failure_count;

    for (uint32_t shown = 0; first > oldest && shown < FAILURE_SHOW; first--)
        shown += failures[(first - 1) & (FAILURE_MAX - 1)].pid == pid;
    for (uint64_t i = first; i < failure_count; i++) {
        const struct failure *f = failure_at(i);

        if (f->pid != pid)
            continue;
        if (f->path[0])
            record_text("failed\t%d\t%.15s\t%u\t%s(\"%s\")\n", f->pid, f->program, f->error,
                        call_name(f->number), f->path);
        else
            record_text("failed\t%d\t%.15s\t%u\t%s(0x%llx)\n", f->pid, f->program, f->error,
                        call_name(f->number), (unsigned long long)f->first_argument);
    }
}

void report_send(void)
{
    record_begin(RECORD_REPORT);
    record_text("memory\t%lu\t%lu\t%lu\n", (unsigned long)frames_total() * 4,
                (unsigned long)frames_available() * 4, (unsigned long)memory_peak * 4);
    if (crash_pid)
        record_text("crash\t%d\t%.15s\n", crash_pid, crash_program);
    report_failures();
    for (uint32_t i = 0; i < missing_count; i++)
        record_text("missing\t%llu\t%u\t%.15s\t%s\n", (unsigned long long)missing[i].count,
                    missing[i].suspect, missing[i].program, missing[i].text);
    record_end();
}

/* --- The summary in the log
 * -------------------------------------------------------------------------- */

static void summary_missing(void)
{
    for (;;) {
        struct missing *best = NULL;

        for (uint32_t i = 0; i < missing_count; i++)
            if (missing[i].count && (!best || missing[i].count > best->count))
                best = &missing[i];
        if (!best)
            break;
        summary_line("not implemented: %8llu x %s, asked for by %s",
                     (unsigned long long)best->count, best->text, best->program);
        best->count = 0;
    }
    if (missing_other)
        summary_line("not implemented: %8llu x other things (the table of %d is full)",
                     (unsigned long long)missing_other, MISSING_MAX);
}

static void summary_frequent(void)
{
    uint64_t shown[8];
    uint32_t count = 0;

    while (count < ARRAY_SIZE(shown)) {
        uint64_t best = CALL_COUNT;

        for (uint64_t n = 0; n < CALL_COUNT; n++) {
            bool before = false;

            for (uint32_t i = 0; i < count; i++)
                before |= shown[i] == n;
            if (!before && call_times(n) > (best == CALL_COUNT ? 0 : call_times(best)))
                best = n;
        }
        if (best == CALL_COUNT)
            break;
        summary_line("calls: %8llu x %s", (unsigned long long)call_times(best), call_name(best));
        shown[count++] = best;
    }
}

void report_summary(void)
{
    uint64_t first = failure_count > 8 ? failure_count - 8 : 0;

    report_send();
    summary_missing();
    summary_frequent();
    rewrite_report();
    for (uint64_t i = first; i < failure_count; i++) {
        const struct failure *f = failure_at(i);

        if (f->path[0])
            summary_line("last failed calls: %.15s (%d): %s(\"%s\") error %u", f->program, f->pid,
                         call_name(f->number), f->path, f->error);
        else
            summary_line("last failed calls: %.15s (%d): %s(0x%llx, ...) error %u", f->program,
                         f->pid, call_name(f->number), (unsigned long long)f->first_argument,
                         f->error);
    }
}
