/* SPDX-License-Identifier: MIT */
/*
 * kind.h - the kinds of arguments (kind.def) as numbers.
 *
 * Pure: the host tool uses it, too.
 */
#pragma once
#include <stdint.h>

enum kind {
#define KIND(name, plain, capture, bytes) KIND_##name,
#include "libos/linux/observe/kind.def"
#undef KIND
    KIND_COUNT
};

enum capture {
    CAPTURE_NONE,
    CAPTURE_TEXT,
    CAPTURE_TEXTS,
    CAPTURE_POINTERS,
    CAPTURE_IN,
    CAPTURE_OUT,
    CAPTURE_BOTH,
    CAPTURE_IN_COUNT,
    CAPTURE_BOTH_COUNT,
    CAPTURE_OUT_RESULT,
    CAPTURE_VECTOR_IN,
    CAPTURE_VECTOR_OUT,
    CAPTURE_ADDRESS_IN,
    CAPTURE_ADDRESS_OUT,
    CAPTURE_MESSAGE_IN,
    CAPTURE_MESSAGE_OUT,
};

/*
 * kind_find - the kind that a text starts with.
 *
 * text  "path", or "path flags:open": ends at a space or NUL
 *
 * Returns  its number; KIND_x for a name that is none
 */
enum kind kind_find(const char *text);

/* kind_plain - d, u, x, o, p or s: how to show it without a decoder. */
char kind_plain(enum kind kind);

/* kind_capture - what to copy of the program's memory, and the number of bytes that goes with it. */
enum capture kind_capture(enum kind kind, uint32_t *bytes);

/*
 * kinds_parse - the kinds of a call's arguments.
 *
 * arguments  of a .def row: "fd:fd buffer:fill count:u"
 *
 * Returns  how many there are, at most 6
 */
uint32_t kinds_parse(const char *arguments, uint8_t kind[6]);
