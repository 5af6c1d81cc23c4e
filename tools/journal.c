/* SPDX-License-Identifier: MIT */
/*
 * journal.c - the messages of kernel, LibOSes and QEMU during a run, kept in a file.
 *
 * Control characters other than tabs are shown as '?', so that a guest cannot reprogram the
 * terminal that shows its log. The file is limited to JOURNAL_MAX bytes; later lines are dropped
 * from it, with a note.
 */
#define _GNU_SOURCE
#include "tools/journal.h"
#include "tools/process.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define JOURNAL_MAX   (8u << 20)
#define JOURNAL_TAIL  64u /* lines kept for messages */
#define JOURNAL_LINE  2048u
#define JOURNAL_PANIC "kernel panic: "

struct journal_partial {
    char text[JOURNAL_LINE];
    size_t length;
};

static struct {
    int fd, verbose, own;
    char *path, *panic, *qemu;
    size_t written;
    char *tail[JOURNAL_TAIL];
    unsigned tail_next;
    struct journal_partial serial, complaint;
} journal = {.fd = -1};

void journal_open(int verbose)
{
    const char *state = process_state();

    journal.verbose = verbose;
    journal.path = text_format("%s/last.log", state);
    journal.fd = open(journal.path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
    if (journal.fd >= 0 && flock(journal.fd, LOCK_EX | LOCK_NB) < 0) {
        close(journal.fd);
        journal.own = 1;
        journal.path = text_format("%s/run-%d.log", state, (int)getpid());
        journal.fd = open(journal.path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
    }
    if (journal.fd < 0 || ftruncate(journal.fd, 0) < 0)
        fail(STATUS_FAILED, "cannot write the log %s: %s", journal.path, strerror(errno));
}

static void journal_write(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t count = write(fd, bytes, length);

        if (count < 0 && errno != EINTR && errno != EAGAIN)
            return; /* a full disk must not end the run */
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        }
    }
}

void journal_line(const char *source, const char *line, size_t length)
{
    char *text = text_format("%s: %.*s", source, (int)length, line);
    char **slot = &journal.tail[journal.tail_next++ % JOURNAL_TAIL], *whole;

    for (char *at = text; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            *at = '?';
    free(*slot);
    *slot = text;
    whole = text_format("%s\n", text);
    if (journal.verbose)
        journal_write(2, whole, strlen(whole));
    journal.written += strlen(whole);
    if (journal.written < JOURNAL_MAX)
        journal_write(journal.fd, whole, strlen(whole));
    else if (journal.written - strlen(whole) < JOURNAL_MAX)
        journal_write(journal.fd, "lorica: the log is full\n", 24);
    free(whole);
}

void journal_lines(const char *source, const char *lines, size_t length)
{
    while (length) {
        const char *end = memchr(lines, '\n', length);
        size_t line = end ? (size_t)(end - lines) : length;

        journal_line(source, lines, line);
        line += end != NULL;
        lines += line;
        length -= line;
    }
}

static void journal_partial_end(struct journal_partial *partial, const char *source)
{
    const char *panic;

    partial->text[partial->length] = 0;
    while (partial->length && strchr("\r\n", partial->text[partial->length - 1]))
        partial->text[--partial->length] = 0;
    panic = strstr(partial->text, JOURNAL_PANIC);
    if (panic && !journal.panic)
        journal.panic = text_copy(panic + strlen(JOURNAL_PANIC));
    if (partial == &journal.complaint && partial->length) {
        free(journal.qemu);
        journal.qemu = text_copy(partial->text);
    }
    if (partial->length)
        journal_line(source, partial->text, partial->length);
    partial->length = 0;
}

static void journal_bytes(struct journal_partial *partial, const char *source, const char *bytes,
                          size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i])
            partial->text[partial->length++] = bytes[i];
        if (bytes[i] == '\n' || partial->length == JOURNAL_LINE - 1)
            journal_partial_end(partial, source);
    }
}

void journal_serial(const char *bytes, size_t length)
{
    journal_bytes(&journal.serial, "kernel", bytes, length);
}

void journal_qemu(const char *bytes, size_t length)
{
    journal_bytes(&journal.complaint, "qemu", bytes, length);
}

const char *journal_panic(void)
{
    if (journal.serial.length)
        journal_partial_end(&journal.serial, "kernel");
    return journal.panic;
}

const char *journal_qemu_line(void)
{
    if (journal.complaint.length)
        journal_partial_end(&journal.complaint, "qemu");
    return journal.qemu;
}

char *journal_tail(unsigned count)
{
    struct buffer tail = {0};
    unsigned have = journal.tail_next < JOURNAL_TAIL ? journal.tail_next : JOURNAL_TAIL;

    buffer_add(&tail, "", 0);
    count = count < have ? count : have;
    for (unsigned i = journal.tail_next - count; i < journal.tail_next; i++)
        buffer_format(&tail, "    %s\n", journal.tail[i % JOURNAL_TAIL]);
    return tail.bytes;
}

const char *journal_path(void)
{
    return journal.path;
}

void journal_close(int keep)
{
    if (journal.fd < 0)
        return;
    if (journal.own && !keep)
        unlink(journal.path);
    close(journal.fd);
    journal.fd = -1;
}
