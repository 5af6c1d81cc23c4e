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

int verb_make(const struct verb *verb, int argc, char **argv)
{
    int test = !strcmp(verb->name, "test"), targets = 0, count = 0;
    char **command = allocate((size_t)(argc + 8) * sizeof *command);

    command[count++] = text_copy("make");
    command[count++] = text_copy("-s");
    command[count++] = text_copy("--no-print-directory");
    command[count++] = text_copy("-C");
    command[count++] = text_copy(process_home());
    for (int i = 1; i < argc; i++) {
        int plain = !strchr(argv[i], '=') && argv[i][0] != '-';

        targets += plain;
        command[count++] = plain && test ? text_format("%s-test", argv[i]) : argv[i];
    }
    if (!targets)
        command[count++] = text_copy(test ? "test" : "all");
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
