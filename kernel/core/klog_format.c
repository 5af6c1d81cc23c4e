/* SPDX-License-Identifier: MIT */
/* klog_format.c - the few conversions of printf that the kernel's own lines need. Libraries have all: lib/exo/format.c. */
#include "core/klog.h"
#include "base/string.h"

struct output {
    char *buffer;
    size_t size, length;
};

static void put(struct output *out, char c, size_t times)
{
    for (; times && out->length + 1 < out->size; times--)
        out->buffer[out->length++] = c;
}

/* The digits of a number, at the end of text; where they begin. */
static const char *digits(char text[24], uint64_t value, uint32_t base)
{
    char *at = text + 23;

    *at = 0;
    do
        *--at = "0123456789abcdef"[value % base];
    while (value /= base);
    return at;
}

/* One conversion, from behind its `%`; its last character. */
static const char *convert(struct output *out, const char *fmt, va_list *arguments)
{
    bool left = *fmt == '-', zero = *fmt == '0';
    bool wide = false;
    size_t width = 0;
    char text[24] = "%";
    const char *what = text;

    fmt += left || zero;
    for (; *fmt >= '0' && *fmt <= '9'; fmt++)
        width = width * 10 + (size_t)(*fmt - '0');
    for (; *fmt == 'l'; fmt++)
        wide = true;
    if (*fmt == 's') {
        what = va_arg(*arguments, const char *);
    } else if (*fmt == 'd') {
        int64_t value = wide ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);

        put(out, '-', value < 0);
        what = digits(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
    } else if (*fmt != '%') { /* u, x, p */
        uint64_t value =
            wide || *fmt == 'p' ? va_arg(*arguments, uint64_t) : va_arg(*arguments, uint32_t);

        what = digits(text, value, *fmt == 'u' ? 10 : 16);
    }
    size_t length = strlen(what);
    size_t padding = width > length ? width - length : 0;

    put(out, zero ? '0' : ' ', left ? 0 : padding);
    while (*what)
        put(out, *what++, 1);
    put(out, ' ', left ? padding : 0);
    return fmt;
}

size_t klog_format(char *buffer, size_t size, const char *fmt, va_list arguments)
{
    struct output out = {.buffer = buffer, .size = size};
    va_list rest;

    va_copy(rest, arguments);
    for (; *fmt; fmt++) {
        if (*fmt == '%')
            fmt = convert(&out, fmt + 1, &rest);
        else
            put(&out, *fmt, 1);
    }
    va_end(rest);
    buffer[out.length] = 0;
    return out.length;
}
