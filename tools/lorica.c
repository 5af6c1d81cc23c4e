/* SPDX-License-Identifier: MIT */
/*
 * lorica.c - the host command: finds the verb and hands over to it.
 *
 * A new verb is a row here and a handler in a file of its own.
 */
#define _GNU_SOURCE
#include "tools/process.h"
#include "tools/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LORICA_VERSION "0.1"
#define VERBS_MAX      64

static const struct option_row no_options[] = {{0}};

const struct verb verbs[] = {
    {"run", "start a machine with a program in it; streams and exit status are the program's",
     "[OPTIONS] [PROGRAM [ARGUMENTS...]]", run_examples, run_notes, run_options, verb_run},
    {"strace", "run a Linux program and show its system calls, signals and exits",
     "[OPTIONS] PROGRAM [ARGUMENTS...]", strace_examples, strace_notes, strace_options,
     verb_strace},
    {"why", "explain how the last run ended: status, backtrace, failed calls, what is missing",
     "[-o json]", why_examples, why_notes, why_options, verb_why},
    {"ps", "list the machines that run, and their processes", "[-a] [-o json]", ps_examples, NULL,
     ps_options, verb_ps},
    {"exec", "run a program in a machine that runs", "[OPTIONS] NAME PROGRAM [ARGUMENTS...]",
     exec_examples, exec_notes, exec_options, verb_exec},
    {"stop", "ask machines to end, then insist", "[-t SECONDS] NAME...", stop_examples, NULL,
     stop_options, verb_stop},
    {"kill", "end machines at once, or send a signal to their programs", "[-s SIGNAL] NAME...",
     kill_examples, NULL, kill_options, verb_kill},
    {"logs", "what a machine in the background has printed", "[-f] NAME", logs_examples, NULL,
     logs_options, verb_logs},
    {"rm", "forget a machine that has ended", "NAME...", rm_examples, NULL, rm_options, verb_rm},
    {"test", "run the tests: all suites, or those named",
     "[lint|unit|boot|net|tool|diff|script|apps]... [T=PATTERN]",
     "lorica test                    everything\n"
     "lorica test diff T=pipe        programs about pipes, on Linux and on Lorica\n",
     NULL, NULL, verb_make},
    {"bench", "measure; `lorica bench` lists what there is", "WHAT [-o json] [ARGUMENTS...]",
     "lorica bench micro             Lorica and Linux side by side, in instructions\n"
     "lorica bench micro -o json     the same for programs\n",
     NULL, NULL, verb_bench},
    {"build", "build everything, or the targets named", "[TARGET...]", "lorica build\n", NULL, NULL,
     verb_make},
    {"check", "say what the kernel's verifier finds out about programs for the kernel",
     "[OPTIONS] FILE...", check_examples, check_notes, check_options, verb_check},
    {"debug", "start a machine stopped, with gdb attached", "[OPTIONS] [PROGRAM [ARGUMENTS...]]",
     "lorica debug                           stopped at the first instruction; `hbreak "
     "kernel_main`, `continue`\n"
     "lorica debug bash -c 'ls'              gdb commands of ours: envs frames caps slices pt\n"
     "lorica debug --attach web 7            process 7 of a machine that runs, with its threads; more words go to gdb\n",
     run_notes, debug_options, verb_debug},
    {"pcap", "run a program and write its packets to a file (pcapng)",
     "FILE [OPTIONS] [PROGRAM [ARGUMENTS...]]", NULL, run_notes, run_options, verb_pcap},
    {"help", "explain a verb", "[VERB]", NULL, NULL, no_options, verb_help},
    {0},
};

static const struct verb *verb_find(const char *name)
{
    const char *names[VERBS_MAX], *nearest;
    size_t count = 0;

    for (const struct verb *verb = verbs; verb->name; verb++) {
        if (!strcmp(verb->name, name))
            return verb;
        names[count++] = verb->name;
    }
    nearest = text_nearest(name, names, count);
    if (nearest)
        fail(STATUS_FAILED, "unknown verb %s; did you mean %s?", name, nearest);
    fail(STATUS_FAILED, "unknown verb %s\n  try: lorica help", name);
}

int verb_help(const struct verb *verb, int argc, char **argv)
{
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
        option_help_verb(verb);
    else if (argc > 1)
        option_help_verb(verb_find(argv[1]));
    else
        option_help();
    return 0;
}

/* Descriptors 0 to 2 must exist, or the tool's own files would take their numbers. */
static void open_standard_descriptors(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
            _exit(STATUS_FAILED);
}

int main(int argc, char **argv)
{
    const struct verb *verb;
    int status;

    open_standard_descriptors();
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        option_help();
        return argc < 2 ? STATUS_FAILED : 0;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("lorica %s\n", LORICA_VERSION);
        return 0;
    }
    if (argv[1][0] == '-')
        fail(STATUS_FAILED, "unknown option %s before the verb\n  try: lorica help", argv[1]);
    verb = verb_find(argv[1]);
    if (!verb->options && argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"))) {
        option_help_verb(verb);
        return 0;
    }
    status = verb->handler(verb, argc - 1, argv + 1);
    if (fflush(stdout))
        fail(STATUS_FAILED, "cannot write to standard output: %s", strerror(errno));
    return status;
}
