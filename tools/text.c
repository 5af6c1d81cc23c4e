/* SPDX-License-Identifier: MIT */
/*
 * text.c - allocation that cannot fail, text, messages, failure.
 */
#define _GNU_SOURCE
#include "tools/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void (*fail_hook)(int status, const char *reason);

void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);

    if (!memory)
        fail(STATUS_FAILED, "this machine is out of memory (%zu bytes asked)", bytes);
    return memory;
}

void *reallocate(void *memory, size_t bytes)
{
    memory = realloc(memory, bytes ? bytes : 1);
    if (!memory)
        fail(STATUS_FAILED, "this machine is out of memory (%zu bytes asked)", bytes);
    return memory;
}

char *text_copy(const char *text)
{
    size_t bytes = strlen(text) + 1;

    return memcpy(allocate(bytes), text, bytes);
}

static char *text_format_list(const char *format, va_list list)
{
    char *text;

    if (vasprintf(&text, format, list) < 0)
        fail(STATUS_FAILED, "this machine is out of memory");
    return text;
}

char *text_format(const char *format, ...)
{
    va_list list;
    char *text;

    va_start(list, format);
    text = text_format_list(format, list);
    va_end(list);
    return text;
}

int text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

int text_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);

    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

int text_number(const char *text, uint64_t max, uint64_t *value)
{
    unsigned long long number;
    char *end;

    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    number = strtoull(text, &end, 10);
    if (errno || *end || number > max)
        return -1;
    *value = number;
    return 0;
}

/* Levenshtein's distance, for names of at most 63 bytes; longer ones are never near. */
static size_t text_distance(const char *a, const char *b)
{
    size_t row[64], width = strlen(b), i = 0;

    if (width > 63 || strlen(a) > 63)
        return 64;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (; a[i]; i++) {
        size_t corner = row[0];

        row[0] = i + 1;
        for (size_t j = 1; j <= width; j++) {
            size_t best = corner + (a[i] != b[j - 1]);

            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[width];
}

const char *text_nearest(const char *text, const char *const names[], size_t count)
{
    size_t best = 1 + strlen(text) / 3;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(text, names[i]);

        if (distance <= best && (!nearest || distance < best)) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

void text_list_add(struct text_list *list, char *text)
{
    list->item = reallocate(list->item, (list->count + 1) * sizeof *list->item);
    list->item[list->count++] = text;
}

int text_list_has(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->item[i], text))
            return 1;
    return 0;
}

static int text_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void text_list_sort(struct text_list *list)
{
    if (list->count)
        qsort(list->item, list->count, sizeof *list->item, text_compare);
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
    if (buffer->length + length + 1 > buffer->capacity) {
        buffer->capacity = (buffer->length + length + 1) * 2;
        buffer->bytes = reallocate(buffer->bytes, buffer->capacity);
    }
    if (length)
        memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    buffer->bytes[buffer->length] = 0;
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list list;
    char *text;

    va_start(list, format);
    text = text_format_list(format, list);
    va_end(list);
    buffer_add(buffer, text, strlen(text));
    free(text);
}

void buffer_drop(struct buffer *buffer, size_t length)
{
    memmove(buffer->bytes, buffer->bytes + length, buffer->length - length);
    buffer->length -= length;
    buffer->bytes[buffer->length] = 0;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

void buffer_json(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, "\"", 1);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            buffer_format(buffer, "\\%c", byte);
        else if (byte < 0x20 || byte >= 0x7f)
            buffer_format(buffer, "\\u%04x", byte);
        else
            buffer_add(buffer, text, 1);
    }
    buffer_add(buffer, "\"", 1);
}

void say(const char *format, ...)
{
    va_list list;
    char *text;

    va_start(list, format);
    text = text_format_list(format, list);
    va_end(list);
    fprintf(stderr, "lorica: %s\n", text);
    free(text);
}

void fail(int status, const char *format, ...)
{
    va_list list;
    char *text;

    va_start(list, format);
    text = text_format_list(format, list);
    va_end(list);
    fflush(stdout);
    fprintf(stderr, "lorica: %s\n", text);
    if (fail_hook)
        fail_hook(status, text);
    exit(status);
}
