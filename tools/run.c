/* SPDX-License-Identifier: MIT */
/*
 * run.c - the verb `run`: a machine that behaves like a process.
 */
#define _GNU_SOURCE
#include "tools/boot.h"
#include "tools/control.h"
#include "tools/journal.h"
#include "tools/observe.h"
#include "tools/package.h"
#include "tools/pcap.h"
#include "tools/process.h"
#include "tools/run.h"
#include "tools/terminal.h"
#include "tools/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_TAIL 12 /* lines of the log shown when Lorica failed */

const struct option_row run_options[] = {
    REQUEST_OPTIONS('c', 'e'),
    {"timeout", 't', "SECONDS", "end the machine after that time, with status 124"},
    {"dry-run", 0, NULL, "print the QEMU command and the manifest, start nothing"},
    {"output", 'o', "json", "after the run, one JSON object about it on standard error"},
    {"name", 'n', "NAME", "call the machine so, for `lorica ps` and others (default: made up)"},
    {"detach", 'd', NULL, "in the background; prints the name; see `lorica logs`, `lorica stop`"},
    {"core", 0, "FILE", "a core file of the process that crashes, for gdb; see `lorica why`"},
    {"strace", 0, NULL, "system calls, signals and exits on standard error; see `lorica strace`"},
    {0},
};

const char run_examples[] =
    "lorica run                                     a shell\n"
    "lorica run bash -c 'ls / | wc -l'              a program of the default root (Debian "
    "packages)\n"
    "lorica run ./a.out x y                         a program of this machine, with the libraries "
    "it needs\n"
    "echo 2+2 | lorica run bc                       streams are the program's\n"
    "lorica run -p python3-minimal python3 -c 'print(6*7)'   further Debian packages\n"
    "lorica run --root image.tar /bin/sh            a root of your own\n";

const char run_notes[] =
    "Options end at the first word that is none. A PROGRAM with a slash is a file of this machine, "
    "unless the\n"
    "path is absolute and in the root; other words are looked up in the root by PATH.\n"
    "Exit status: the program's; 128+N signal N; 124 time limit; 125 Lorica failed (reason and "
    "remedy are\n"
    "printed); 126 not executable; 127 not found.\n"
    "Log of the last run: ~/.local/state/lorica/last.log (XDG_STATE_HOME). Roots and packages are "
    "kept in\n"
    "~/.cache/lorica (XDG_CACHE_HOME).\n"
    "At a terminal, Ctrl-] three times in a row ends a machine that does not react.\n"
    "Measuring: --accel icount counts one nanosecond per instruction, the same in every run (one "
    "CPU);\n"
    "--cpu MODEL chooses QEMU's processor (default max).\n";

static int run_json;
static const char *run_core;
static int run_strace;

void run_take(void *context, const struct option_row *row, const char *argument)
{
    struct request *request = context;
    char *end;
    double seconds;

    if (request_take(request, row, argument))
        return;
    if (!strcmp(row->name, "dry-run")) {
        request->dry_run = 1;
    } else if (!strcmp(row->name, "output")) {
        if (strcmp(argument, "json"))
            fail(STATUS_FAILED, "run: --output %s is unknown: json", argument);
        request->json = run_json = 1;
    } else if (!strcmp(row->name, "strace")) {
        run_strace = 1;
    } else if (!strcmp(row->name, "name")) {
        request->name = argument;
    } else if (!strcmp(row->name, "detach")) {
        request->detach = 1;
    } else if (!strcmp(row->name, "core")) {
        run_core = argument;
    } else {
        seconds = strtod(argument, &end);
        if (end == argument || strcmp(end, *end == 's' ? "s" : "") || !(seconds > 0) ||
            seconds > 1e8)
            fail(STATUS_FAILED, "run: --timeout needs a number of seconds above 0, not %s",
                 argument);
        request->timeout_ms = (uint64_t)(seconds * 1000 + 0.5);
        request->timeout_ms += request->timeout_ms == 0;
    }
}

static void run_report_json(const struct session_end *end, const char *accel)
{
    struct buffer json = {0};

    buffer_format(&json, "{\"status\": %d, \"signal\": ", end->status);
    if (end->signal)
        buffer_format(&json, "%d", end->signal);
    else
        buffer_format(&json, "null");
    buffer_format(&json, ", \"reason\": ");
    if (end->reason)
        buffer_json(&json, end->reason);
    else
        buffer_format(&json, "null");
    if (accel) {
        buffer_format(&json, ", \"accel\": \"%s\", \"boot_ms\": ", accel);
        if (end->boot_ms >= 0)
            buffer_format(&json, "%lld", (long long)end->boot_ms);
        else
            buffer_format(&json, "null");
        buffer_format(&json, ", \"wall_ms\": %llu, \"log\": ", (unsigned long long)end->wall_ms);
        buffer_json(&json, journal_path());
        buffer_format(&json, ", \"missing_syscalls\": [");
        for (size_t i = 0; i < end->missing.count; i++) {
            buffer_format(&json, "%s", i ? ", " : "");
            buffer_json(&json, end->missing.item[i]);
        }
        buffer_format(&json, "]");
    }
    fprintf(stderr, "%s}\n", json.bytes);
    buffer_free(&json);
}

/* Lorica failed before a machine ran. */
static void run_failed(int status, const char *reason)
{
    struct session_end end = {.status = status, .reason = (char *)(uintptr_t)reason, .boot_ms = -1};

    if (run_json)
        run_report_json(&end, NULL);
}

static void run_print_word(const char *word)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%";

    if (*word && !word[strspn(word, plain)]) {
        printf("%s", word);
        return;
    }
    putchar('\'');
    for (; *word; word++)
        if (*word == '\'')
            printf("'\\''");
        else
            putchar(*word);
    putchar('\'');
}

static int run_dry(const struct request *request, const struct boot *boot)
{
    struct text_list command = machine_command(&boot->wish, 3, 4, 5);

    for (size_t i = 0; i + 1 < command.count; i++) {
        if (i)
            putchar(' ');
        run_print_word(command.item[i]);
    }
    printf("\n# descriptors: 3 the boot archive, 4 the channel, 5 the kernel's console\n");
    if (!request->manifest && !request->app)
        printf("# root: %s\n", request->root
                                   ? request->root
                                   : package_root_path(&request->package, !request->no_scripts));
    printf("# manifest:\n%s", boot->manifest);
    return 0;
}

static void run_explain(const struct request *request, const struct session_end *end)
{
    const char *remedy =
        "read the log; if it does not explain itself, this is a bug in Lorica: please report it";
    char *tail;

    if (!end->reason)
        return;
    if (end->status != STATUS_FAILED) {
        say("%s", end->reason);
        return;
    }
    if (request->app && end->own) { /* a program of its own has said why */
        say("%s\n  log: %s", end->reason, journal_path());
        return;
    }
    if (text_starts(end->reason, "nobody listened")) {
        say("%s\n  try: a program that listens at 0.0.0.0, not only at 127.0.0.1, or its port in "
            "--port HOST:GUEST",
            end->reason);
        return;
    }
    if (request->manifest && text_starts(end->reason, "manifest:")) {
        say("%s%s", request->manifest, end->reason + strlen("manifest"));
        return;
    }
    if (strstr(end->reason, "standard output"))
        remedy = "make room where standard output goes, and run it again";
    else if (strstr(end->reason, "QEMU") && strstr(end->reason, "Cannot allocate memory"))
        remedy = "a smaller --memory: QEMU did not get that much of this machine (see `ulimit -v`)";
    else if (!strcmp(request->accel, "kvm"))
        remedy = "--accel tcg: this machine's KVM may not be able to run Lorica";
    else if (strstr(end->reason, "did not boot"))
        remedy = "--accel tcg, or LORICA_BOOT_SECONDS=300 on a slow machine; `lorica debug` looks "
                 "inside";
    else if (strstr(end->reason, "cannot start"))
        remedy = "install QEMU: apt-get install qemu-system-x86";
    else if (strstr(end->reason, "memory"))
        remedy = "a larger --memory";
    else if (strstr(end->reason, "DHCP"))
        remedy = "an `address` line in the manifest, or a run without --dhcp: 10.0.2.15";
    tail = journal_tail(RUN_TAIL);
    say("%s%s%s  log: %s\n  try: %s", end->reason, *tail ? "\n  last messages:\n" : "\n", tail,
        journal_path(), remedy);
    free(tail);
}

/* --- In the background
 * ------------------------------------------------------------------------------ */

static int run_news = -1; /* the waiting command's end: the name of the machine when it runs */

static void run_started(void *context)
{
    const struct control *control = context;

    if (run_news < 0)
        return;
    dprintf(run_news, "%s\n", control_name(control));
    close(run_news);
    run_news = -1;
}

/* The waiting command: prints the name, or what the machine said before it failed. */
_Noreturn static void run_await(pid_t child, int news)
{
    char name[128];
    ssize_t count;
    int status;

    do
        count = read(news, name, sizeof name);
    while (count < 0 && errno == EINTR);
    if (count > 0) {
        printf("%.*s", (int)count, name);
        fflush(stdout);
        _exit(0);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED);
}

/* Only the background's side returns. */
static void run_detach(void)
{
    int news[2];
    pid_t child;

    if (pipe2(news, O_CLOEXEC) < 0 || (child = fork()) < 0)
        fail(STATUS_FAILED, "cannot go to the background: %s", strerror(errno));
    if (child) {
        close(news[1]);
        run_await(child, news[0]);
    }
    close(news[0]);
    run_news = news[1];
    setsid();
}

/* Standard input is empty, output and error are the machine's files. */
static void run_streams(const struct control *control)
{
    static const char *const files[] = {NULL, "out", "err"};

    for (int fd = 0; fd < 3; fd++) {
        int file = fd ? open(control_file(control, files[fd]),
                             O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)
                      : open("/dev/null", O_RDONLY | O_CLOEXEC);

        if (file < 0 || dup2(file, fd) < 0)
            fail(STATUS_FAILED, "cannot open %s: %s",
                 fd ? control_file(control, files[fd]) : "/dev/null", strerror(errno));
        close(file);
    }
}

int run_request(struct request *request, struct observe *observe)
{
    static const char *const accels[] = {"tcg", "kvm", "icount"};
    struct session_wish wish = {0};
    struct session_end end;
    struct machine machine = {0};
    struct control *control;
    struct boot boot;
    struct pcap pcap;

    if (run_core)
        observe_core(observe, request, run_core);
    boot_prepare(request, &boot);
    if (request->dry_run)
        return run_dry(request, &boot);
    if (request->detach)
        run_detach();
    control = control_open(request->name, request->words, request->word_count, boot.instances,
                           request->detach);
    if (request->detach)
        run_streams(control);
    observe_control(observe, control);
    wish.control = control;
    wish.started = run_started;
    wish.started_context = control;
    journal_open(request->verbose);
    session_prepare(0);
    wish.timeout_ms = request->timeout_ms;
    wish.instances = boot.instances;
    wish.raw = 1;
    observe_start(observe, &wish);
    if (request->pcap) {
        pcap_open(&pcap, request->pcap);
        pcap.names = boot.names.item;
        pcap.name_count = (unsigned)boot.names.count;
        wish.packet = pcap_packet;
        wish.packet_context = &pcap;
    }
    machine_start(&machine, &boot.wish, boot.archive);
    close(boot.archive);
    session_run(&machine, &wish, &end);
    terminal_restore();
    observe_end(observe, request, &end);
    if (request->pcap)
        pcap_close(&pcap);
    run_explain(request, &end);
    /* A shell says so for its own children; for a person at a terminal the tool does. */
    if (end.signal &&
        (request->verbose || (isatty(2) && end.signal != SIGINT && end.signal != SIGPIPE)))
        say("the program was ended by signal %d (%s)", end.signal, strsignal(end.signal));
    if (request->json)
        run_report_json(&end, accels[boot.wish.accel]);
    journal_close(end.status == STATUS_FAILED);
    control_close(control, end.status);
    return end.status;
}

int run_verb(const struct verb *verb, int argc, char **argv, struct request *request,
             void (*take)(void *, const struct option_row *, const char *))
{
    int first;

    request_start(request, verb->name);
    fail_hook = run_failed;
    first = option_parse(verb, argc, argv, take, request);
    request->words = argv + first;
    request->word_count = argc - first;
    return first;
}

/* `lorica pcap FILE ...` is `lorica run --pcap FILE ...`. */
int verb_pcap(const struct verb *verb, int argc, char **argv)
{
    struct text_list words = {0};

    if (argc < 2 || argv[1][0] == '-') {
        if (argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
            option_help_verb(verb);
            return 0;
        }
        fail(STATUS_FAILED, "pcap: which file?\n  try: lorica pcap packets.pcapng PROGRAM");
    }
    text_list_add(&words, argv[0]);
    text_list_add(&words, text_format("--pcap=%s", argv[1]));
    for (int i = 2; i < argc; i++)
        text_list_add(&words, argv[i]);
    return verb_run(verb, (int)words.count, words.item);
}

int verb_run(const struct verb *verb, int argc, char **argv)
{
    struct request request;

    struct observe *observe = observe_new();

    run_verb(verb, argc, argv, &request, run_take);
    if (run_strace)
        observe_trace(observe, &request, NULL);
    return run_request(&request, observe);
}
