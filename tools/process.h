/* SPDX-License-Identifier: MIT */
/*
 * process.h - running other programs, and the directories that the tool keeps things in.
 */
#pragma once
#include "tools/text.h"

/*
 * process_run - run a program to its end with its output captured.
 *
 * argv       NULL-terminated; argv[0] is looked up by PATH
 * directory  working directory, or NULL
 * output     gets standard output and standard error; NULL: they are the tool's own
 *
 * Returns    its exit status; 128 + n after signal n; 127 when it could not be started
 */
int process_run(char *const argv[], const char *directory, struct buffer *output);

/* The project's directory, from where this program lies (build/tools/lorica). */
const char *process_home(void);

/* "HOME/<name>" of the project. Gives. */
char *process_home_file(const char *name);

/* The cache and the state directory of the tool, made when absent. */
const char *process_cache(void);
const char *process_state(void);

/* mkdir -p; a failure ends the process with a message. */
void process_make_directory(const char *path);

/* Whole contents of a file; -1 with errno when it cannot be read. */
int process_read_file(const char *path, struct buffer *contents);

/* An empty file in memory without a name. */
int process_memory_file(const char *name);

/* Milliseconds of a clock that only goes forward. */
uint64_t process_now_ms(void);
