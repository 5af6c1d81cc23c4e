/* SPDX-License-Identifier: MIT */
/* format.c - printf-style formatting without a C library. */
#include "lib/exo/format.h"
#include "lib/exo/string.h"
#include <stdbool.h>
#include <stdint.h>

struct output {
    char *buffer;
    size_t size;
    size_t length; /* of the whole text, also what did not fit */
};

struct conversion {
    bool left, zero, plus, space, hash;
    int width;
    int precision; /* -1: none */
    int size;      /* bytes of the integer argument */
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length] = c;
    out->length++;
}

static void put_padded(struct output *out, const struct conversion *conversion, const char *prefix,
                       const char *text, size_t length, size_t zeros)
{
    size_t prefix_length = strlen(prefix);
    size_t total = prefix_length + zeros + length;
    size_t padding = conversion->width > 0 && (size_t)conversion->width > total
                         ? (size_t)conversion->width - total
                         : 0;

    for (size_t i = 0; !conversion->left && i < padding; i++)
        put(out, ' ');
    for (size_t i = 0; i < prefix_length; i++)
        put(out, prefix[i]);
    for (size_t i = 0; i < zeros; i++)
        put(out, '0');
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    for (size_t i = 0; conversion->left && i < padding; i++)
        put(out, ' ');
}

static void put_number(struct output *out, const struct conversion *conversion, uint64_t value,
                       const char *prefix, unsigned base, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    size_t at = sizeof text;

    while (value) {
        text[--at] = digits[value % base];
        value /= base;
    }
    size_t length = sizeof text - at;
    size_t wanted = conversion->precision >= 0 ? (size_t)conversion->precision : 1;

    if (conversion->precision < 0 && conversion->zero && !conversion->left &&
        conversion->width > (int)strlen(prefix))
        wanted = (size_t)conversion->width - strlen(prefix);
    put_padded(out, conversion, prefix, text + at, length, wanted > length ? wanted - length : 0);
}

static int64_t signed_argument(va_list *arguments, int size)
{
    switch (size) {
    case 1:
        return (signed char)va_arg(*arguments, int);
    case 2:
        return (short)va_arg(*arguments, int);
    case 8:
        return va_arg(*arguments, int64_t);
    default:
        return va_arg(*arguments, int);
    }
}

static uint64_t unsigned_argument(va_list *arguments, int size)
{
    switch (size) {
    case 1:
        return (unsigned char)va_arg(*arguments, unsigned);
    case 2:
        return (unsigned short)va_arg(*arguments, unsigned);
    case 8:
        return va_arg(*arguments, uint64_t);
    default:
        return va_arg(*arguments, unsigned);
    }
}

static int number_or_star(const char **at, va_list *arguments)
{
    int value = 0;

    if (**at == '*') {
        (*at)++;
        return va_arg(*arguments, int);
    }
    for (; **at >= '0' && **at <= '9' && value < 100000; (*at)++)
        value = value * 10 + (**at - '0');
    return value;
}

static const char *parse_flags(const char *at, struct conversion *conversion)
{
    for (;; at++) {
        switch (*at) {
        case '-':
            conversion->left = true;
            break;
        case '0':
            conversion->zero = true;
            break;
        case '+':
            conversion->plus = true;
            break;
        case ' ':
            conversion->space = true;
            break;
        case '#':
            conversion->hash = true;
            break;
        default:
            return at;
        }
    }
}

static const char *parse_length(const char *at, struct conversion *conversion)
{
    for (;; at++) {
        switch (*at) {
        case 'h':
            conversion->size = conversion->size == 2 ? 1 : 2;
            break;
        case 'l':
        case 'z':
        case 't':
        case 'j':
            conversion->size = 8;
            break;
        default:
            return at;
        }
    }
}

static void convert(struct output *out, struct conversion *conversion, char type,
                    va_list *arguments)
{
    switch (type) {
    case 'd':
    case 'i': {
        int64_t value = signed_argument(arguments, conversion->size);
        const char *sign = value < 0 ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";

        put_number(out, conversion, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, sign, 10,
                   false);
        break;
    }
    case 'u':
        put_number(out, conversion, unsigned_argument(arguments, conversion->size), "", 10, false);
        break;
    case 'o':
        put_number(out, conversion, unsigned_argument(arguments, conversion->size), "", 8, false);
        break;
    case 'x':
    case 'X': {
        uint64_t value = unsigned_argument(arguments, conversion->size);

        put_number(out, conversion, value, conversion->hash && value ? "0x" : "", 16, type == 'X');
        break;
    }
    case 'p':
        put_number(out, conversion, (uintptr_t)va_arg(*arguments, void *), "0x", 16, false);
        break;
    case 'c': {
        char c = (char)va_arg(*arguments, int);

        put_padded(out, conversion, "", &c, 1, 0);
        break;
    }
    case 's': {
        const char *text = va_arg(*arguments, const char *);
        size_t limit = conversion->precision >= 0 ? (size_t)conversion->precision : SIZE_MAX;

        if (!text)
            text = "(null)";
        put_padded(out, conversion, "", text, strnlen(text, limit), 0);
        break;
    }
    default:
        put(out, '%');
        if (type != '%' && type)
            put(out, type);
    }
}

int format_list(char *buffer, size_t size, const char *fmt, va_list arguments)
{
    struct output out = {.buffer = buffer, .size = size, .length = 0};
    va_list rest;

    va_copy(rest, arguments);
    for (const char *at = fmt; *at; at++) {
        struct conversion conversion = {.precision = -1, .size = 4};

        if (*at != '%') {
            put(&out, *at);
            continue;
        }
        at = parse_flags(at + 1, &conversion);
        conversion.width = number_or_star(&at, &rest);
        if (conversion.width < 0) {
            conversion.left = true;
            conversion.width = -conversion.width;
        }
        if (*at == '.') {
            at++;
            conversion.precision = number_or_star(&at, &rest);
        }
        at = parse_length(at, &conversion);
        convert(&out, &conversion, *at, &rest);
        if (!*at)
            break;
    }
    va_end(rest);
    if (size)
        buffer[out.length < size ? out.length : size - 1] = 0;
    return (int)out.length;
}

int format(char *buffer, size_t size, const char *fmt, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, fmt);
    length = format_list(buffer, size, fmt, arguments);
    va_end(arguments);
    return length;
}
