/* SPDX-License-Identifier: MIT */
/*
 * journal.h - the messages of kernel, LibOSes and QEMU during a run, kept in a file.
 */
#pragma once
#include <stddef.h>

/*
 * journal_open - start the log of a run.
 *
 * verbose  every line also goes to standard error
 *
 * The file is last.log in the state directory. Another run that is still going keeps last.log; then
 * a file named after this process is used, which stays only if the run fails.
 */
void journal_open(int verbose);

/* Bytes from the serial console (text, lines of any length). */
void journal_serial(const char *bytes, size_t length);

/* Bytes that QEMU itself printed. */
void journal_qemu(const char *bytes, size_t length);

/* One line from a LibOS, without newline; `source` names it. */
void journal_line(const char *source, const char *line, size_t length);

/* Several lines at once, each prefixed. */
void journal_lines(const char *source, const char *lines, size_t length);

/* What the kernel said when it gave up, or NULL. Shared. */
const char *journal_panic(void);

/* The last line that QEMU itself printed, or NULL. Shared. */
const char *journal_qemu_line(void);

/* The last `count` lines, each indented by four spaces and ended. Gives. */
char *journal_tail(unsigned count);

const char *journal_path(void);

/* End the log; `keep`: the run failed, its file stays. */
void journal_close(int keep);
