/* SPDX-License-Identifier: MIT */
/*
 * ldisc.h - the line discipline: what a terminal does to the bytes between a keyboard and a
 * program.
 *
 * Pure: no allocation, no sleeping, no LibOS state; effects go through two callbacks. Host tests
 * link it. Source: POSIX, "General Terminal Interface"; Linux termios(3) for what POSIX leaves
 * open.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <asm/termbits.h>

#define LDISC_BYTES      4096 /* a power of two; a line is at most one less, as on Linux */
#define LDISC_OUTPUT_MAX 8    /* bytes that one output byte can become: an expanded tab */

struct ldisc {
    struct termios termios;
    /* The host of the discipline. Both may be called from ldisc_input only. */
    void (*echo)(struct ldisc *ldisc, const uint8_t *bytes, size_t count);
    void (*signal)(struct ldisc *ldisc, int signal);
    /* [head, committed) can be read; [committed, tail) is the line being edited. They count for
     * ever. */
    uint32_t head, committed, tail;
    uint32_t column;      /* of the output */
    uint32_t line_column; /* where the edited line began */
    bool literal;         /* the next character is taken as it is (VLNEXT) */
    bool stopped;         /* output is held (VSTOP) */
    uint8_t bytes[LDISC_BYTES];
    uint8_t mark[LDISC_BYTES]; /* enum in ldisc.c: ends a line, end of file */
};

/* ldisc_init - cooked mode as Linux sets up a terminal; buffers empty; callbacks left alone. */
void ldisc_init(struct ldisc *ldisc);

/* ldisc_set - new modes. What was typed in canonical mode becomes readable when that is switched
 * off. */
void ldisc_set(struct ldisc *ldisc, const struct termios *termios);

/* ldisc_input - a byte arrives from the keyboard: edit, echo, signal. Never refuses; drops when
 * full. */
void ldisc_input(struct ldisc *ldisc, uint8_t byte);

/* ldisc_room - bytes that ldisc_input can take now without dropping one. */
uint32_t ldisc_room(const struct ldisc *ldisc);

/* ldisc_available - bytes that can be read; in canonical mode those of finished lines, end-of-file
 * marks included. */
uint32_t ldisc_available(const struct ldisc *ldisc);

/*
 * ldisc_read - take what is there: at most one line in canonical mode.
 *
 * Returns  bytes copied, 0..count; 0 with ldisc_available() before: end of file was typed
 */
size_t ldisc_read(struct ldisc *ldisc, uint8_t *to, size_t count);

/*
 * ldisc_output - what a byte that a program writes becomes.
 *
 * out  LDISC_OUTPUT_MAX bytes of room
 *
 * Returns  how many bytes it is, 0..LDISC_OUTPUT_MAX
 */
size_t ldisc_output(struct ldisc *ldisc, uint8_t byte, uint8_t *out);

/* ldisc_flush_input - forget what was typed. */
void ldisc_flush_input(struct ldisc *ldisc);

static inline bool ldisc_canonical(const struct ldisc *ldisc)
{
    return ldisc->termios.c_lflag & ICANON;
}
