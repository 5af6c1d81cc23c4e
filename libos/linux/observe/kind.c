/* SPDX-License-Identifier: MIT */
/*
 * kind.c - the kinds of arguments by name.
 */
#include "libos/linux/observe/kind.h"
#include "base/string.h"

static const struct {
    char name[16];
    char plain;
    uint8_t capture;
    uint16_t bytes;
} kinds[KIND_COUNT] = {
#define KIND(name, plain, capture, bytes) [KIND_##name] = {#name, plain, CAPTURE_##capture, bytes},
#include "libos/linux/observe/kind.def"
#undef KIND
};

enum kind kind_find(const char *text)
{
    uint32_t length = 0;

    while (text[length] && text[length] != ' ')
        length++;
    for (uint32_t i = 0; i < KIND_COUNT; i++)
        if (strlen(kinds[i].name) == length && !memcmp(kinds[i].name, text, length))
            return (enum kind)i;
    return KIND_x;
}

char kind_plain(enum kind kind)
{
    return kinds[kind].plain;
}

enum capture kind_capture(enum kind kind, uint32_t *bytes)
{
    *bytes = kinds[kind].bytes;
    return (enum capture)kinds[kind].capture;
}

uint32_t kinds_parse(const char *arguments, uint8_t kind[6])
{
    uint32_t count = 0;

    while (*arguments && count < 6) {
        while (*arguments && *arguments != ':' && *arguments != ' ')
            arguments++;
        kind[count++] = *arguments == ':' ? (uint8_t)kind_find(arguments + 1) : (uint8_t)KIND_x;
        while (*arguments && *arguments != ' ')
            arguments++;
        while (*arguments == ' ')
            arguments++;
    }
    return count;
}
