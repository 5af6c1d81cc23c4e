/* SPDX-License-Identifier: MIT */
/*
 * option.h - the command line: verbs and their options, as tables that help texts are made from.
 */
#pragma once
#include <stddef.h>

struct option_row {
    const char *name;     /* long name without the dashes */
    char letter;          /* short form, or 0 */
    const char *argument; /* what its argument is called in help, or NULL when it takes none */
    const char *help;     /* one line; NULL: not shown */
};

struct verb {
    const char *name;
    const char *summary;  /* one line */
    const char *usage;    /* after "lorica NAME " */
    const char *examples; /* lines, shown first */
    const char *notes;    /* lines after the options, or NULL */
    const struct option_row
        *options; /* ends with a row without a name; NULL: all arguments are the handler's */
    int (*handler)(const struct verb *verb, int argc,
                   char **argv); /* argv[0] is the verb; returns the exit status */
};

/* All verbs, the last without a name (lorica.c). */
extern const struct verb verbs[];

/*
 * option_parse - read options up to the first word that is none, or to `--`.
 *
 * verb     whose table to use; --help and -h print its help and end the process with 0
 * take     called for each option in order, with the row and its argument (NULL without one)
 * context  passed to take
 *
 * Returns  index in argv of the first word after the options
 * Errors   an unknown option or a missing argument ends the process: 125, with the nearest name
 */
int option_parse(const struct verb *verb, int argc, char **argv,
                 void (*take)(void *context, const struct option_row *row, const char *argument),
                 void *context);

/* Print the help of one verb, or the list of verbs, on standard output. */
void option_help_verb(const struct verb *verb);
void option_help(void);
