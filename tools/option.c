/* SPDX-License-Identifier: MIT */
/*
 * option.c - option parsing and help texts from the tables of verbs.
 */
#include "tools/option.h"
#include "tools/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_ROWS_MAX 32

_Noreturn static void option_unknown(const struct verb *verb, const char *word)
{
    const char *names[OPTION_ROWS_MAX], *nearest;
    size_t count = 0, bare = strcspn(word + 2, "=");
    char *name = text_format("%.*s", (int)bare, word + 2);

    for (const struct option_row *row = verb->options; row->name && count < OPTION_ROWS_MAX; row++)
        names[count++] = row->name;
    nearest = text_nearest(name, names, count);
    if (nearest)
        fail(STATUS_FAILED, "%s: unknown option --%s; did you mean --%s?", verb->name, name,
             nearest);
    fail(STATUS_FAILED, "%s: unknown option --%s\n  try: lorica %s --help", verb->name, name,
         verb->name);
}

static const struct option_row *option_long(const struct verb *verb, const char *word)
{
    size_t length = strcspn(word + 2, "=");

    for (const struct option_row *row = verb->options; row->name; row++)
        if (strlen(row->name) == length && !strncmp(row->name, word + 2, length))
            return row;
    option_unknown(verb, word);
}

static const struct option_row *option_short(const struct verb *verb, char letter)
{
    for (const struct option_row *row = verb->options; row->name; row++)
        if (row->letter && row->letter == letter)
            return row;
    fail(STATUS_FAILED, "%s: unknown option -%c\n  try: lorica %s --help", verb->name, letter,
         verb->name);
}

int option_parse(const struct verb *verb, int argc, char **argv,
                 void (*take)(void *context, const struct option_row *row, const char *argument),
                 void *context)
{
    int i = 1;

    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        const struct option_row *row;
        const char *attached = NULL, *word = argv[i];

        if (!strcmp(word, "--"))
            return i + 1;
        if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
            option_help_verb(verb);
            exit(0);
        }
        if (word[1] == '-') {
            row = option_long(verb, word);
            attached = strchr(word, '=');
            attached = attached ? attached + 1 : NULL;
        } else {
            row = option_short(verb, word[1]);
            attached = word[2] ? word + 2 : NULL;
        }
        if (!row->argument && attached)
            fail(STATUS_FAILED, "%s: option %s takes no argument", verb->name, word);
        if (row->argument && !attached) {
            if (i + 1 >= argc)
                fail(STATUS_FAILED, "%s: option %s needs %s", verb->name, word, row->argument);
            attached = argv[++i];
        }
        take(context, row, attached);
    }
    return i;
}

void option_help_verb(const struct verb *verb)
{
    if (verb->examples)
        printf("%s\n", verb->examples);
    printf("usage: lorica %s %s\n  %s\n", verb->name, verb->usage, verb->summary);
    if (verb->options && verb->options->name)
        printf("\noptions:\n");
    for (const struct option_row *row = verb->options; row && row->name; row++) {
        char left[64];

        if (!row->help)
            continue;
        snprintf(left, sizeof left, "%s%c%s--%s%s%s", row->letter ? "-" : " ",
                 row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
                 row->argument ? " " : "", row->argument ? row->argument : "");
        printf("  %-26s %s\n", left, row->help);
    }
    if (verb->notes)
        printf("\n%s", verb->notes);
}

void option_help(void)
{
    printf(
        "lorica run bash -c 'echo hello from $(uname -s)'   a Linux program on the exokernel\n"
        "echo 2+2 | lorica run bc                           a machine that behaves like a process\n"
        "lorica test                                        all tests\n\n"
        "usage: lorica VERB [OPTIONS] [ARGUMENTS]\n\nverbs:\n");
    for (const struct verb *verb = verbs; verb->name; verb++)
        printf("  %-8s %s\n", verb->name, verb->summary);
    printf("\n`lorica VERB --help` explains one. Exit status: the program's; 124 time limit, 125 "
           "Lorica\n"
           "itself failed, 126 not executable, 127 not found, 128+N the program was ended by "
           "signal N.\n");
}
