/* SPDX-License-Identifier: MIT */
/*
 * debug.c - the verb `debug`: a machine stopped at its first instruction, or a process of one that runs, and gdb at the terminal.
 *
 * gdb has the terminal's input; the program's output appears between gdb's. Interrupts typed at the
 * terminal are gdb's. The socket between gdb and QEMU lies in a private directory that is removed
 * at the end.
 */
#define _GNU_SOURCE
#include "tools/boot.h"
#include "tools/control.h"
#include "tools/journal.h"
#include "tools/process.h"
#include "tools/verbs.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEBUG_SOCKET_MS 5000u

const struct option_row debug_options[] = {
    REQUEST_OPTIONS('c', 'e'),
    {"attach", 0, "NAME", "one process of a machine that runs: its number follows, else the first one's"},
    {0},
};

static char *debug_directory, *debug_socket;
static const char *debug_attach_name;

static void debug_take(void *context, const struct option_row *row, const char *argument)
{
    if (!strcmp(row->name, "attach"))
        debug_attach_name = argument;
    else
        request_take(context, row, argument);
}

/* gdb speaks with the LibOS's own server, which `exec` starts; it reads program and libraries through it, too. */
static _Noreturn void debug_attach(char **words, int count)
{
    const char *program = getenv("LORICA_GDB"), *pid = count ? words[0] : "";
    struct machine_row machine = control_find("debug", debug_attach_name);
    char **argv = allocate(((size_t)count + 8) * sizeof *argv), self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    size_t words_used = 0;

    if (!machine.running)
        fail(4, "debug: %s has ended already, with status %d", debug_attach_name, machine.status);
    if (pid[strspn(pid, "0123456789")])
        fail(STATUS_FAILED, "debug: %s is no number of a process\n  try: lorica ps", pid);
    if (length < 0)
        fail(STATUS_FAILED, "debug: cannot find out its own name: %s", strerror(errno));
    self[length] = 0;
    argv[words_used++] = text_copy(program && *program ? program : "gdb");
    argv[words_used++] = text_copy("-q");
    argv[words_used++] = text_copy("-ex");
    argv[words_used++] = text_copy("set confirm off");
    argv[words_used++] = text_copy("-ex");
    argv[words_used++] = text_format("target remote | \"%s\" exec \"%s\" :gdb %s", self, debug_attach_name, pid);
    for (int i = 1; i < count; i++)
        argv[words_used++] = words[i];
    argv[words_used] = NULL;
    execvp(argv[0], argv);
    fail(STATUS_FAILED, "debug: cannot start %s: %s\n  try: apt-get install gdb", argv[0], strerror(errno));
}

static void debug_clean(void)
{
    if (debug_socket)
        unlink(debug_socket);
    if (debug_directory)
        rmdir(debug_directory);
}

static void debug_make_directory(void)
{
    const char *base = getenv("TMPDIR");

    debug_directory = text_format("%s/lorica-XXXXXX", base && *base == '/' ? base : "/tmp");
    if (!mkdtemp(debug_directory))
        fail(STATUS_FAILED, "debug: cannot make a directory in %s: %s", base ? base : "/tmp",
             strerror(errno));
    debug_socket = text_format("%s/gdb", debug_directory);
    atexit(debug_clean);
}

static void debug_await_socket(struct machine *machine)
{
    uint64_t end = process_now_ms() + DEBUG_SOCKET_MS;
    char block[512];
    ssize_t count;

    while (access(debug_socket, F_OK)) {
        if (machine_wait(machine, 5)) {
            count = read(machine->complaints, block, sizeof block);
            fail(STATUS_FAILED, "debug: QEMU did not start: %.*s", count > 0 ? (int)count : 0,
                 block);
        }
        if (process_now_ms() > end)
            fail(STATUS_FAILED, "debug: QEMU did not open its debugger socket within 5 s");
    }
}

/* gdb as a child of its own; when it ends, the tool gets SIGTERM and ends the machine. */
static pid_t debug_start_gdb(const struct request *request, const struct boot *boot)
{
    const char *program = getenv("LORICA_GDB");
    char *argv[] = {text_copy(program && *program ? program : "gdb"),
                    text_copy("-q"),
                    text_copy("-iex"),
                    text_format("set auto-load safe-path %s", process_home()),
                    text_copy("-ex"),
                    text_copy("set confirm off"),
                    text_copy("-ex"),
                    text_format("target remote %s", debug_socket),
                    text_copy("-x"),
                    process_home_file("tools/gdb/lorica.py"),
                    text_copy(request->kernel),
                    NULL};
    /* Init and the LibOSes are linked at fixed addresses; gdb needs only their names. */
    char *more[] = {text_copy("-ex"),
                    text_format("add-symbol-file %s", process_home_file("build/init.elf")),
                    text_copy("-ex"),
                    text_format("add-symbol-file %s", boot->libos_file ? boot->libos_file : "")};
    size_t fixed = sizeof argv / sizeof *argv - 1, extra = boot->libos_file ? 4 : 2;
    char **all = allocate((fixed + extra + 1) * sizeof *all);
    pid_t parent = getpid(), child, gdb;
    sigset_t none;
    int status;

    memcpy(all, argv, fixed * sizeof *all);
    memcpy(all + fixed, more, extra * sizeof *all);
    child = fork();
    if (child)
        return child;
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    gdb = fork();
    if (gdb == 0) {
        sigprocmask(SIG_SETMASK, &none, NULL);
        signal(SIGINT, SIG_DFL);
        signal(SIGPIPE, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp(all[0], all);
        say("debug: cannot start %s: %s\n  try: apt-get install gdb", argv[0], strerror(errno));
        _exit(127);
    }
    while (waitpid(gdb, &status, 0) < 0 && errno == EINTR)
        ;
    kill(parent, SIGTERM);
    _exit(0);
}

int verb_debug(const struct verb *verb, int argc, char **argv)
{
    struct session_wish wish = {.no_input = 1, .debugging = 1};
    struct session_end end;
    struct request request;
    struct machine machine = {0};
    struct boot boot;
    pid_t gdb;
    int first;

    request_start(&request, "debug");
    first = option_parse(verb, argc, argv, debug_take, &request);
    if (debug_attach_name)
        debug_attach(argv + first, argc - first);
    request.words = argv + first;
    request.word_count = argc - first;
    if (!strcmp(request.accel, "auto"))
        request.accel = "tcg";
    boot_prepare(&request, &boot);
    debug_make_directory();
    boot.wish.gdb_path = debug_socket;
    wish.instances = boot.instances;
    journal_open(request.verbose);
    session_prepare(1);
    machine_start(&machine, &boot.wish, boot.archive);
    debug_await_socket(&machine);
    gdb = debug_start_gdb(&request, &boot);
    if (gdb < 0)
        fail(STATUS_FAILED, "debug: cannot start gdb: %s", strerror(errno));
    session_run(&machine, &wish, &end);
    if (end.reason)
        say("%s\n  log: %s", end.reason, journal_path());
    while (waitpid(gdb, NULL, 0) < 0 && errno == EINTR)
        ;
    journal_close(1);
    return end.signal == SIGTERM ? 0 : end.status;
}
