/* SPDX-License-Identifier: MIT */
/*
 * ps.c - the verbs about machines that run: ps, stop, kill, logs, rm.
 */
#define _GNU_SOURCE
#include "tools/control.h"
#include "tools/process.h"
#include "tools/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STOP_MS   10000u /* how long a machine may take to end after SIGTERM */
#define KILL_MS   5000u
#define FIELDS    10u
#define FOLLOW_US 100000

const struct option_row ps_options[] = {
    {"all", 'a', NULL, "machines in the background that have ended, too"},
    {"output", 'o', "json", "JSON instead of a table"},
    {0},
};
const struct option_row stop_options[] = {
    {"time", 't', "SECONDS", "how long it may take before it is ended by force (default 10)"},
    {0},
};
const struct option_row kill_options[] = {
    {"signal", 's', "NAME", "this signal to the program instead: HUP INT QUIT TERM CONT"},
    {0},
};
const struct option_row logs_options[] = {
    {"follow", 'f', NULL, "wait for more until the machine ends"},
    {0},
};
const struct option_row rm_options[] = {{0}};

const char ps_examples[] =
    "lorica ps                       machines of yours that run, and their processes\n"
    "lorica ps -a -o json            those that have ended, too; for programs\n";
const char stop_examples[] =
    "lorica stop web                 SIGTERM to its program; after 10 s the machine is ended\n"
    "lorica stop -t 60 web db        two machines, with more patience\n";
const char kill_examples[] =
    "lorica kill web                 ends the machine at once, status 137\n"
    "lorica kill -s HUP web          a signal for its program\n";
const char logs_examples[] = "lorica run -d -n web ./server   in the background; then\n"
                             "lorica logs -f web              its standard output and error\n";
const char rm_examples[] =
    "lorica rm web                   forget what is kept of a machine that has ended\n";

static int ps_all, ps_json, logs_follow;
static unsigned stop_ms = STOP_MS;
static int kill_signal;

static void ps_take(void *context, const struct option_row *row, const char *argument)
{
    (void)context;
    if (!strcmp(row->name, "all"))
        ps_all = 1;
    else if (strcmp(argument, "json"))
        fail(STATUS_FAILED, "ps: --output %s is unknown: json", argument);
    else
        ps_json = 1;
}

static void stop_take(void *context, const struct option_row *row, const char *argument)
{
    uint64_t seconds;

    (void)context;
    (void)row;
    if (text_number(argument, 86400, &seconds))
        fail(STATUS_FAILED, "stop: --time needs a number of seconds, not %s", argument);
    stop_ms = (unsigned)seconds * 1000;
}

static void kill_take(void *context, const struct option_row *row, const char *argument)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"HUP", 1}, {"INT", 2}, {"QUIT", 3}, {"TERM", 15}, {"CONT", 18}};

    (void)context;
    (void)row;
    if (text_starts(argument, "SIG"))
        argument += 3;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (!strcmp(argument, signals[i].name))
            kill_signal = signals[i].number;
    if (!kill_signal)
        fail(STATUS_FAILED, "kill: --signal %s cannot be sent: HUP, INT, QUIT, TERM or CONT",
             argument);
}

static void logs_take(void *context, const struct option_row *row, const char *argument)
{
    (void)context;
    (void)row;
    (void)argument;
    logs_follow = 1;
}

/* --- ps
 * -------------------------------------------------------------------------------------------- */

struct ps_row {
    char *field
        [FIELDS]; /* kind, instance, pid, ppid, state, CPU ms, RSS KiB, virtual KiB, tasks, command */
};

/* The lines of an answer that are about processes, and a JSON list of the memory of instances. Returns how many. */
static size_t ps_rows(char *answer, struct ps_row **rows, struct buffer *memory)
{
    size_t count = 0;
    char *save;
    unsigned instance;
    unsigned long long total, left;

    *rows = NULL;
    for (char *line = strtok_r(answer, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        struct ps_row row = {{line}};
        unsigned fields = 1;

        if (sscanf(line, "memory\t%u\t%llu\t%llu", &instance, &total, &left) == 3)
            buffer_format(memory, "%s{\"instance\": %u, \"total_kib\": %llu, \"free_kib\": %llu}",
                          memory->length ? ", " : "", instance, total, left);
        for (char *at = strchr(line, '\t'); at && fields < FIELDS; at = strchr(at, '\t')) {
            *at++ = 0;
            row.field[fields++] = at;
        }
        if (fields != FIELDS || strcmp(line, "process"))
            continue;
        *rows = reallocate(*rows, (count + 1) * sizeof **rows);
        (*rows)[count++] = row;
    }
    return count;
}

static void ps_table(const struct machine_row *machine, struct ps_row *rows, size_t count)
{
    printf("%-20s %8d  ", machine->name, (int)machine->pid);
    if (machine->running)
        printf("up %-10lld", (long long)(time(NULL) - machine->started));
    else
        printf("status %-6d", machine->status);
    printf(" %s\n", machine->command);
    if (count)
        printf("    %3s %6s %6s S %10s %10s  %s\n", "INS", "PID", "PPID", "CPU", "MEMORY",
               "COMMAND");
    for (size_t i = 0; i < count; i++) {
        char **f = rows[i].field;

        printf("    %3s %6s %6s %s %8.3f s %6.1f MiB  %s\n", f[1], f[2], f[3], f[4],
               atof(f[5]) / 1000, atof(f[6]) / 1024, f[9]);
    }
}

static void ps_object(struct buffer *json, const struct machine_row *machine, struct ps_row *rows,
                      size_t count, const char *memory)
{
    buffer_format(json, "{\"name\": ");
    buffer_json(json, machine->name);
    buffer_format(json, ", \"pid\": %d, \"running\": %s, \"status\": ", (int)machine->pid,
                  machine->running ? "true" : "false");
    buffer_format(json, machine->running ? "null" : "%d", machine->status);
    buffer_format(json, ", \"command\": ");
    buffer_json(json, machine->command);
    buffer_format(json, ", \"processes\": [");
    for (size_t i = 0; i < count; i++) {
        char **f = rows[i].field;

        buffer_format(json,
                      "%s{\"instance\": %s, \"pid\": %s, \"ppid\": %s, \"state\": \"%s\", "
                      "\"cpu_ms\": %s, \"resident_kib\": %s, \"virtual_kib\": %s, \"threads\": %s, "
                      "\"command\": ",
                      i ? ", " : "", f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8]);
        buffer_json(json, f[9]);
        buffer_format(json, "}");
    }
    buffer_format(json, "], \"memory\": [%s]}", memory ? memory : "");
}

int verb_ps(const struct verb *verb, int argc, char **argv)
{
    struct machine_row *machines;
    struct buffer json = {0};
    size_t count, shown = 0;

    if (option_parse(verb, argc, argv, ps_take, NULL) < argc)
        fail(STATUS_FAILED, "ps: takes no words\n  try: lorica ps --help");
    count = control_list(&machines);
    buffer_format(&json, "[");
    if (!ps_json)
        printf("%-20s %8s  %-13s %s\n", "NAME", "PID", "SECONDS", "COMMAND");
    for (size_t i = 0; i < count; i++) {
        struct buffer answer = {0}, memory = {0};
        struct ps_row *rows;
        size_t processes;

        if (!machines[i].running && !ps_all)
            continue;
        if (machines[i].running)
            (void)control_ask(machines[i].name, "ps\n", &answer); /* it may be ending just now */
        processes = answer.length ? ps_rows(answer.bytes, &rows, &memory) : 0;
        if (ps_json) {
            buffer_format(&json, "%s", shown++ ? ",\n " : "");
            ps_object(&json, &machines[i], rows, processes, memory.bytes);
        } else {
            ps_table(&machines[i], rows, processes);
        }
    }
    if (ps_json)
        printf("%s]\n", json.bytes);
    buffer_free(&json);
    return 0;
}

/* --- stop, kill, rm
 * --------------------------------------------------------------------------------- */

static int await_end(const char *name, unsigned ms)
{
    uint64_t end = process_now_ms() + ms;

    do {
        struct machine_row *rows;
        size_t count = control_list(&rows), i;

        for (i = 0; i < count && (strcmp(rows[i].name, name) || !rows[i].running); i++)
            ;
        free(rows);
        if (i == count)
            return 1;
        usleep(20000);
    } while (process_now_ms() < end);
    return 0;
}

static int words(const struct verb *verb, int argc, char **argv,
                 void (*take)(void *, const struct option_row *, const char *))
{
    int first = option_parse(verb, argc, argv, take, NULL);

    if (first == argc)
        fail(STATUS_FAILED, "%s: name a machine\n  try: lorica ps", verb->name);
    return first;
}

static void command(const char *verb, const char *name, const char *line)
{
    struct buffer answer = {0};
    struct machine_row row = control_find(verb, name);

    if (!row.running)
        fail(4, "%s: %s has ended already, with status %d", verb, name, row.status);
    if (control_ask(name, line, &answer))
        fail(1, "%s: %s does not answer: %s", verb, name, strerror(errno));
    buffer_free(&answer);
}

int verb_stop(const struct verb *verb, int argc, char **argv)
{
    for (int i = words(verb, argc, argv, stop_take); i < argc; i++) {
        command("stop", argv[i], "signal 15\n");
        if (await_end(argv[i], stop_ms))
            continue;
        say("stop: %s did not end within %u s of SIGTERM: ended by force", argv[i], stop_ms / 1000);
        command("stop", argv[i], "end\n");
        if (!await_end(argv[i], KILL_MS))
            fail(1, "stop: %s does not end", argv[i]);
    }
    return 0;
}

int verb_kill(const struct verb *verb, int argc, char **argv)
{
    for (int i = words(verb, argc, argv, kill_take); i < argc; i++) {
        command("kill", argv[i], kill_signal ? text_format("signal %d\n", kill_signal) : "end\n");
        if (!kill_signal && !await_end(argv[i], KILL_MS))
            fail(1, "kill: %s does not end", argv[i]);
    }
    return 0;
}

static void rm_take(void *context, const struct option_row *row, const char *argument)
{
    (void)context;
    (void)row;
    (void)argument;
}

int verb_rm(const struct verb *verb, int argc, char **argv)
{
    for (int i = words(verb, argc, argv, rm_take); i < argc; i++) {
        struct machine_row row = control_find("rm", argv[i]);

        if (row.running)
            fail(4, "rm: %s runs\n  try: lorica stop %s", argv[i], argv[i]);
        control_remove(argv[i]);
    }
    return 0;
}

/* --- logs
 * ------------------------------------------------------------------------------------------ */

/* What is there from *at on. */
static void logs_copy(int from, int to, off_t *at)
{
    char block[16384];
    ssize_t count;

    while ((count = pread(from, block, sizeof block, *at)) > 0) {
        for (ssize_t done = 0; done < count;) {
            ssize_t written = write(to, block + done, (size_t)(count - done));

            if (written < 0 && errno != EINTR)
                exit(1);
            done += written > 0 ? written : 0;
        }
        *at += count;
    }
}

int verb_logs(const struct verb *verb, int argc, char **argv)
{
    int first = words(verb, argc, argv, logs_take), files[2];
    off_t at[2] = {0};
    int running;

    if (first + 1 < argc)
        fail(STATUS_FAILED, "logs: one machine at a time");
    (void)control_find("logs", argv[first]);
    files[0] = open(control_path(argv[first], "out"), O_RDONLY | O_CLOEXEC);
    files[1] = open(control_path(argv[first], "err"), O_RDONLY | O_CLOEXEC);
    if (files[0] < 0 || files[1] < 0)
        fail(4, "logs: %s runs in a terminal or a pipe of its own\n  try: lorica run -d",
             argv[first]);
    do {
        running = logs_follow && !await_end(argv[first], 0);
        logs_copy(files[0], 1, &at[0]);
        logs_copy(files[1], 2, &at[1]);
        if (running)
            usleep(FOLLOW_US);
    } while (running);
    return 0;
}
