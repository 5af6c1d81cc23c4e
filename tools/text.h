/* SPDX-License-Identifier: MIT */
/*
 * text.h - what every part of the host tool uses: allocation that cannot fail, text, messages,
 * failure.
 *
 * The tool is a short-lived process: allocations are freed only where they would pile up. A failure
 * ends the process through fail(); whoever holds something that outlives a process (a machine, a
 * terminal in raw mode, a temporary file) registers its undoing with atexit().
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Exit statuses of Lorica's own (the program's otherwise). */
enum {
    STATUS_TIMEOUT = 124,
    STATUS_FAILED = 125, /* Lorica, not the program: a reason and a remedy were printed */
    STATUS_NOT_EXECUTABLE = 126,
    STATUS_NOT_FOUND = 127,
};

/* Zeroed memory, or the end of the process with a message. Gives. */
void *allocate(size_t bytes);

/* realloc that cannot fail; the new part is not zeroed. */
void *reallocate(void *memory, size_t bytes);

/* Copies of text. Give. */
char *text_copy(const char *text);
char *text_format(const char *format, ...) PRINTF(1, 2);

int text_starts(const char *text, const char *prefix);
int text_ends(const char *text, const char *suffix);

/*
 * text_number - read a decimal number that fills the whole text.
 *
 * Returns 0 with *value set, or -1 when text is empty, no number, or above max.
 */
int text_number(const char *text, uint64_t max, uint64_t *value);

/*
 * text_nearest - which of `names` the user may have meant.
 *
 * Returns the closest by edit distance, or NULL when none is close.
 */
const char *text_nearest(const char *text, const char *const names[], size_t count);

/* A growing list of text; items are shared, not copied. */
struct text_list {
    char **item;
    size_t count;
};
void text_list_add(struct text_list *list, char *text);
int text_list_has(const struct text_list *list, const char *text);
void text_list_sort(struct text_list *list);

/* A growing run of bytes, always followed by a NUL that `length` does not count. */
struct buffer {
    char *bytes;
    size_t length, capacity;
};
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_format(struct buffer *buffer, const char *format, ...) PRINTF(2, 3);
void buffer_drop(struct buffer *buffer, size_t length); /* the first `length` bytes */
void buffer_free(struct buffer *buffer);

/* Text as a JSON string, quotes included. */
void buffer_json(struct buffer *buffer, const char *text);

/* One line "lorica: ..." on standard error. */
void say(const char *format, ...) PRINTF(1, 2);

/*
 * fail - say what went wrong and end the process.
 *
 * status  exit status, STATUS_*
 * format  what is wrong, naming the thing; further lines ("\n  try: ...") say what to do
 */
_Noreturn void fail(int status, const char *format, ...) PRINTF(2, 3);

/* Called by fail() after the message; `run` reports as JSON there. */
extern void (*fail_hook)(int status, const char *reason);
