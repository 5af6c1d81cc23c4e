/* SPDX-License-Identifier: MIT */
/*
 * make.c - the verbs that hand over to the project's own build and measuring scripts.
 */
#define _GNU_SOURCE
#include "tools/process.h"
#include "tools/verbs.h"
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn static void make_exec(char **argv)
{
    execvp(argv[0], argv);
    fail(STATUS_FAILED, "cannot start %s: %s", argv[0], strerror(errno));
}

/* `test SUITE...` runs the suites together; with a variable (T=PATTERN) each has a target of its
 * own. */
static void make_test_targets(char **command, int *count, int argc, char **argv)
{
    struct buffer suites = {0};
    int variables = 0;

    for (int i = 1; i < argc; i++)
        variables += strchr(argv[i], '=') != NULL;
    for (int i = 1; i < argc; i++) {
        if (strchr(argv[i], '=') || argv[i][0] == '-')
            command[(*count)++] = argv[i];
        else if (variables)
            command[(*count)++] = text_format("%s-test", argv[i]);
        else
            buffer_format(&suites, "%s%s", suites.length ? " " : "", argv[i]);
    }
    if (!variables || argc == 1 + variables)
        command[(*count)++] = text_copy("test");
    if (suites.length)
        command[(*count)++] = text_format("T=%s", suites.bytes);
}

int verb_make(const struct verb *verb, int argc, char **argv)
{
    char **command = allocate((size_t)(argc + 8) * sizeof *command);
    int count = 0;

    command[count++] = text_copy("make");
    command[count++] = text_copy("-s");
    command[count++] = text_copy("--no-print-directory");
    command[count++] = text_copy("-C");
    command[count++] = text_copy(process_home());
    if (!strcmp(verb->name, "test")) {
        make_test_targets(command, &count, argc, argv);
    } else {
        for (int i = 1; i < argc; i++)
            command[count++] = argv[i];
        if (argc == 1)
            command[count++] = text_copy("all");
    }
    make_exec(command);
}

static int bench_list(void)
{
    char *pattern = process_home_file("bench/*/run");
    glob_t match;

    printf("usage: lorica bench WHAT [-o json]\n\n");
    if (!glob(pattern, 0, NULL, &match))
        for (size_t i = 0; i < match.gl_pathc; i++) {
            char *name = match.gl_pathv[i] + strlen(process_home()) + strlen("/bench/");

            name[strcspn(name, "/")] = 0;
            printf("  %s\n", name);
        }
    return 0;
}

int verb_bench(const struct verb *verb, int argc, char **argv)
{
    char *script;

    (void)verb;
    if (argc < 2)
        return bench_list();
    script = text_format("%s/bench/%s/run", process_home(), argv[1]);
    if (strchr(argv[1], '/') || argv[1][0] == '-' || access(script, X_OK))
        fail(STATUS_FAILED, "bench: there is no benchmark %s\n  try: lorica bench", argv[1]);
    argv[1] = script;
    make_exec(argv + 1);
}
