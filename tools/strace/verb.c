/* SPDX-License-Identifier: MIT */
/*
 * verb.c - the verb `strace`: a run that shows the program's system calls.
 */
#define _GNU_SOURCE
#include "tools/control.h"
#include "tools/run.h"
#include "tools/strace/decode.h"
#include "tools/strace/tracer.h"
#include "tools/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct option_row strace_options[] = {
    {"trace", 'e', "CALLS", "only these: names or classes with commas between them; see below"},
    {"summary", 'c', NULL, "a table of calls, errors and times at the end instead"},
    {"trace-output", 'o', "FILE", "write to FILE instead of standard error"},
    {"string-limit", 's', "N", "bytes of data that are shown (default 32, at most 4096)"},
    {"time-spent", 'T', NULL, "how long each call took"},
    {"stamps", 't', NULL, "seconds since the machine started before each line"},
    {"attach", 0, "NAME", "a machine that runs (its first instance), until it ends or Ctrl-C"},
    {"follow-forks", 'f', NULL, NULL}, /* always */
    {"core", 0, "FILE", "a core file of the process that crashes, for gdb"},
    REQUEST_OPTIONS(0, 0),
    {"timeout", 0, "SECONDS", "end the machine after that time, with status 124"},
    {"dry-run", 0, NULL, "print the QEMU command and the manifest, start nothing"},
    {0},
};

const char strace_examples[] =
    "lorica strace ls /                             calls, signals and exits of all processes\n"
    "lorica strace -e openat,execve -o trace bash -c 'ls; ls'   two calls only, to a file\n"
    "lorica strace -e %file python3 x.py            all calls that take a path\n"
    "lorica strace --attach web -e %network         a machine that runs already\n"
    "lorica strace -c grep -r hello /usr            a table at the end\n";

const char strace_notes[] =
    "CALLS: names (openat), classes (%file %desc %process %network %signal %memory %ipc), `all`, "
    "`none`; "
    "with `!` in\n"
    "front all others; `trace=` in front changes nothing. Calls that are not asked for run at full "
    "speed.\n"
    "Times are the machine's, from a call's begin to its end. Exit status and streams are those of "
    "`lorica run`.\n";

static struct tracer_wish strace_wish = {.string_limit = RECORD_BYTES_USUAL};
static const char *strace_calls, *strace_file, *strace_name;

static void strace_take(void *context, const struct option_row *row, const char *argument)
{
    uint64_t number;

    if (!strcmp(row->name, "trace")) {
        strace_calls = argument;
    } else if (!strcmp(row->name, "summary")) {
        strace_wish.summary = 1;
    } else if (!strcmp(row->name, "trace-output")) {
        strace_file = argument;
    } else if (!strcmp(row->name, "attach")) {
        strace_name = argument;
    } else if (!strcmp(row->name, "string-limit")) {
        if (text_number(argument, RECORD_BYTES_MAX, &number))
            fail(STATUS_FAILED, "strace: --string-limit needs a number up to %u, not %s",
                 RECORD_BYTES_MAX, argument);
        strace_wish.string_limit = (unsigned)number;
    } else if (!strcmp(row->name, "time-spent")) {
        strace_wish.spent = 1;
    } else if (!strcmp(row->name, "stamps")) {
        strace_wish.stamps = 1;
    } else if (strcmp(row->name, "follow-forks")) {
        run_take(context, row, argument);
    }
}

_Noreturn static void strace_unknown(const char *word)
{
    const char *names[DECODE_CALLS], *nearest;
    size_t count = 0;

    for (uint32_t i = 0; i < DECODE_CALLS; i++)
        names[count++] = decode_name(i);
    nearest = text_nearest(word, names, count);
    if (nearest)
        fail(STATUS_FAILED, "strace: there is no system call %s; did you mean %s?", word, nearest);
    fail(STATUS_FAILED, "strace: there is no system call %s\n  try: docs/linux-calls.md", word);
}

static void strace_choose(char chosen[DECODE_CALLS], const char *word)
{
    int number = decode_number(word);

    if (*word == '%' && decode_in_class(0, word + 1) < 0)
        fail(STATUS_FAILED, "strace: there is no class %s\n  try: lorica strace --help", word);
    if (*word != '%' && number < 0 && strcmp(word, "all") && strcmp(word, "none"))
        strace_unknown(word);
    for (uint32_t i = 0; i < DECODE_CALLS; i++)
        if ((int)i == number || !strcmp(word, "all") ||
            (*word == '%' && decode_in_class(i, word + 1) > 0))
            chosen[i] = 1;
}

/* "openat,%signal" or "!read" as a choice of numbers. */
static void strace_chosen(const char *calls, char chosen[DECODE_CALLS])
{
    char *words = text_copy(text_starts(calls, "trace=") ? calls + 6 : calls);
    int others = *words == '!';

    for (char *save, *word = strtok_r(words + others, ",", &save); word;
         word = strtok_r(NULL, ",", &save))
        strace_choose(chosen, word);
    for (uint32_t i = 0; i < DECODE_CALLS && others; i++)
        chosen[i] = !chosen[i];
    free(words);
}

/* The same as the list of names that the LibOS takes. Gives. */
static char *strace_list(const char *calls)
{
    char chosen[DECODE_CALLS] = {0};
    struct buffer list = {0};

    strace_chosen(calls, chosen);
    buffer_add(&list, "", 0);
    for (uint32_t i = 0; i < DECODE_CALLS; i++)
        if (chosen[i])
            buffer_format(&list, "%s%s", list.length ? "," : "", decode_name(i));
    return list.length ? list.bytes : text_copy("none");
}

/* --- A machine that runs
 * --------------------------------------------------------------------------- */

static struct tracer *attach_tracer;
static volatile sig_atomic_t attach_ended;

static void attach_interrupt(int signal)
{
    (void)signal;
    attach_ended = 1;
}

static void attach_record(void *context, const struct record *record, const uint8_t *body,
                          size_t length)
{
    tracer_record(attach_tracer, record, body, length, context);
}

static void attach_write(int out, struct buffer *text)
{
    for (size_t done = 0; done < text->length;) {
        ssize_t count = write(out, text->bytes + done, text->length - done);

        if (count < 0 && errno != EINTR)
            fail(STATUS_FAILED, "cannot write the trace: %s", strerror(errno));
        done += count > 0 ? (size_t)count : 0;
    }
    text->length = 0;
}

static int attach_connect(void)
{
    char chosen[DECODE_CALLS] = {0};
    uint32_t mask[REQUEST_TRACE_CALLS / 32] = {0};
    struct buffer line = {0};
    int fd;

    if (!control_find("strace", strace_name).running)
        fail(4, "strace: %s has ended already", strace_name);
    strace_chosen(strace_calls ? strace_calls : "all", chosen);
    for (uint32_t i = 0; i < DECODE_CALLS; i++)
        mask[i / 32] |= (uint32_t)chosen[i] << i % 32;
    buffer_format(&line, "strace %u ", strace_wish.string_limit);
    for (size_t i = 0; i < sizeof mask / sizeof *mask; i++)
        buffer_format(&line, "%08x", mask[i]);
    buffer_add(&line, "\n", 1);
    fd = control_connect(strace_name, line.bytes);
    if (fd < 0)
        fail(1, "strace: %s does not answer: %s", strace_name, strerror(errno));
    buffer_free(&line);
    return fd;
}

static int strace_attach(int out)
{
    struct sigaction action = {.sa_handler = attach_interrupt}; /* without SA_RESTART */
    struct record_reader reader = {0};
    struct buffer text = {0};
    char block[65536];
    ssize_t count;
    int fd = attach_connect();

    attach_tracer = tracer_new(&strace_wish);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    while (!attach_ended && (count = read(fd, block, sizeof block)) != 0) {
        if (count < 0 && errno != EINTR)
            break;
        if (count > 0 && record_read(&reader, block, (size_t)count, attach_record, &text))
            break;
        if (count == 3 && reader.partial.length == 3)
            fail(4, "strace: %s is traced already", strace_name);
        attach_write(out, &text);
    }
    tracer_end(attach_tracer, &text);
    attach_write(out, &text);
    return 0;
}

int verb_strace(const struct verb *verb, int argc, char **argv)
{
    struct request request;
    struct observe *observe = observe_new();
    int out = STDERR_FILENO;

    run_verb(verb, argc, argv, &request, strace_take);
    if (request.app)
        fail(STATUS_FAILED, "strace: --app: native programs make no Linux system calls");
    if (request.manifest)
        fail(STATUS_FAILED, "strace: --manifest\n  try: lines `option trace all` in the instances, "
                            "and lorica run --strace");
    if (strace_name && request.word_count)
        fail(STATUS_FAILED, "strace: --attach NAME or a program, not both");
    if (!request.word_count && !strace_name)
        fail(STATUS_FAILED, "strace: name a program\n  try: lorica strace ls /");
    if (strace_file) {
        int fd = open(strace_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

        if (fd < 0)
            fail(STATUS_FAILED, "strace: %s: %s", strace_file, strerror(errno));
        strace_wish.pids = !strace_wish.summary;
        observe_to(observe, out = fd);
    }
    if (strace_name)
        return strace_attach(out);
    observe_trace(observe, &request, &strace_wish);
    if (strace_calls)
        request.option.item[request.option.count - 1] = strace_list(strace_calls);
    return run_request(&request, observe);
}
