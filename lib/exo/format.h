/* SPDX-License-Identifier: MIT */
/*
 * format.h - printf-style formatting without a C library.
 *
 * Conversions: %d %i %u %x %X %o %c %s %p %% with flags `-`, `0`, `+`, ` `, `#` (hex), a width, a precision, `*` for both,
 * and the lengths hh h l ll z t j. Anything else prints itself.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/* Writes at most size bytes with the NUL; returns the length the whole text has. size 0 writes nothing. */
int format(char *buffer, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int format_list(char *buffer, size_t size, const char *fmt, va_list arguments)
    __attribute__((format(printf, 3, 0)));
