/* SPDX-License-Identifier: MIT */
/*
 * run.h - what verbs that start a machine like `run` share.
 */
#pragma once
#include "tools/boot.h"
#include "tools/observe.h"

/* run_take - an option of `run`, for option_parse; the context is a struct request. */
void run_take(void *context, const struct option_row *row, const char *argument);

/*
 * run_verb - read the command line of a verb that starts a machine.
 *
 * request  filled in, with the program and its arguments
 * take     for each option, with the request as context
 *
 * Returns  index in argv of the program
 */
int run_verb(const struct verb *verb, int argc, char **argv, struct request *request,
             void (*take)(void *context, const struct option_row *row, const char *argument));

/*
 * run_request - start the machine, be the program's terminal until it ends, say what has to be said.
 *
 * observe  what to look at meanwhile
 *
 * Returns  the exit status of the command
 */
int run_request(struct request *request, struct observe *observe);
